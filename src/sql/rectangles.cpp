// Objects that stand in the same lists are interchangeable: they are one atom. On the matrix of atoms × grantees, rows with
// equal cells can be joined (objects with equal grantees: each catalog row is rewritten once, the fewest rewrites there can be), or columns
// (grantees with equal objects: few statements); both are exact covers. Between them lies what charters with overlapping lists need: block
// by block (one schema's objects) the columns are joined as long as the rewrites that this saves outweigh the statements that it costs
// (join_parts.cpp), and what has the same grantees in several blocks shares a statement again.
//
// The lightest of the three is taken, the one with fewer rewrites where two weigh the same. Hence the bound: never heavier than either
// plain form. Where the matrix is made of rectangles that share neither objects nor grantees, that is the optimum.
//
// Nothing here looks at a single (object, grantee) pair: the work is the sum of the lists' lengths plus atoms × grantees, and a limit for
// the joins. Lists are shared between changes, so they are told apart by address first and by content once.

#include "sql/rectangles.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <unordered_map>

#include "sql/join_parts.h"

namespace pgcharter {
namespace {

/// What all joins of one cover may cost, in words and atoms compared: 200 schemas with overlapping lists for 300 roles took a hundredth of
/// it, 5,000 tables of one schema with lists that are all different for 100 roles three quarters.
constexpr std::size_t kJoinWork = std::size_t{1} << 26U;

struct IdsHash {
  std::size_t operator()(const Ids& ids) const {
    std::uint64_t hash = 1469598103934665603ULL ^ ids.size();
    for (const std::uint32_t id : ids) hash = (hash ^ id) * 1099511628211ULL;
    return static_cast<std::size_t>(hash ^ (hash >> 32U));
  }
};

class Cover {
 public:
  Cover(std::span<const RectangleItem> items, std::span<const std::uint32_t> blocks) : items_(items), blocks_(blocks) {}

  std::vector<Rectangle> run() {
    intern_lists();
    make_atoms();
    fill_matrix();
    std::vector<CoverPart> best = by_objects(0, atoms_.size());
    for (auto other : {&Cover::by_blocks, &Cover::by_grantees}) {
      std::vector<CoverPart> parts = (this->*other)();
      if (lighter(parts, best)) best = std::move(parts);
    }
    std::vector<Rectangle> result;
    for (const CoverPart& part : best) write(part, result);
    return result;
  }

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  void intern_lists() {
    struct ContentHash {
      std::size_t operator()(const Ids* ids) const { return IdsHash()(*ids); }
    };
    struct ContentEqual {
      bool operator()(const Ids* a, const Ids* b) const { return *a == *b; }
    };
    std::unordered_map<const Ids*, std::uint32_t> by_address;
    std::unordered_map<const Ids*, std::uint32_t, ContentHash, ContentEqual> by_content;
    std::map<RoleId, std::uint32_t> grantees;
    item_list_.reserve(items_.size());
    for (const RectangleItem& item : items_) {
      const auto [address, fresh] = by_address.try_emplace(item.objects, 0);
      if (fresh) {
        const auto [content, first] = by_content.try_emplace(item.objects, static_cast<std::uint32_t>(lists_.size()));
        if (first) lists_.push_back(item.objects);
        address->second = content->second;
      }
      item_list_.push_back(address->second);
      const auto [grantee, new_grantee] = grantees.try_emplace(item.grantee, static_cast<std::uint32_t>(grantees_.size()));
      if (new_grantee) grantees_.push_back(item.grantee);
      item_grantee_.push_back(grantee->second);
    }
  }

  /// Splits the objects by the lists that they stand in: each list divides every atom that it meets in two.
  void make_atoms() {
    std::uint32_t first = kNone;
    std::uint32_t last = 0;
    for (const Ids* list : lists_) {
      if (list->empty()) continue;
      first = std::min(first, list->front());
      last = std::max(last, list->back());
    }
    list_atoms_.resize(lists_.size());
    if (first > last) return;
    Ids atom_of(last - first + 1, kNone);
    std::uint32_t next = 0;
    for (const Ids* list : lists_) {
      std::unordered_map<std::uint32_t, std::uint32_t> split;
      for (const std::uint32_t object : *list) {
        const auto [it, fresh] = split.try_emplace(atom_of[object - first], next);
        if (fresh) ++next;
        atom_of[object - first] = it->second;
      }
    }
    cut_by_blocks(atom_of, first, next);
    for (std::size_t i = 0; i < lists_.size(); ++i) {
      for (const std::uint32_t object : *lists_[i]) list_atoms_[i].push_back(atom_of[object - first]);
      make_set(list_atoms_[i]);
    }
  }

  /// No atom reaches over the end of a block, and numbers follow the first objects: the atoms of a block are neighbours.
  void cut_by_blocks(Ids& atom_of, std::uint32_t first, std::uint32_t atoms) {
    Ids renumbered(atoms, kNone);
    std::uint32_t block_begin = 0;
    auto next_block = std::ranges::upper_bound(blocks_, first);
    for (std::uint32_t i = 0; i < atom_of.size(); ++i) {
      if (atom_of[i] == kNone) continue;
      if (next_block != blocks_.end() && *next_block <= first + i) {
        next_block = std::ranges::upper_bound(blocks_, first + i);
        block_begin = static_cast<std::uint32_t>(atoms_.size());
        block_begins_.push_back(block_begin);
      }
      std::uint32_t& atom = renumbered[atom_of[i]];
      if (atom == kNone || atom < block_begin) {
        atom = static_cast<std::uint32_t>(atoms_.size());
        atoms_.emplace_back();
      }
      atoms_[atom].push_back(first + i);
      atom_of[i] = atom;
    }
    for (const Ids& atom : atoms_) atom_sizes_.push_back(static_cast<std::uint32_t>(atom.size()));
  }

  void fill_matrix() {
    atom_grantees_.resize(atoms_.size());
    atom_items_.resize(atoms_.size());
    grantee_atoms_.resize(grantees_.size());
    for (std::uint32_t item = 0; item < items_.size(); ++item) {
      for (const std::uint32_t atom : list_atoms_[item_list_[item]]) {
        atom_items_[atom].push_back(item);
        atom_grantees_[atom].push_back(item_grantee_[item]);
        grantee_atoms_[item_grantee_[item]].push_back(atom);
      }
    }
    for (Ids& grantees : atom_grantees_) make_set(grantees);
    for (Ids& atoms : grantee_atoms_) make_set(atoms);
  }

  static void make_set(Ids& ids) {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  }

  /// Objects with equal grantees, of the atoms begin to end.
  [[nodiscard]] std::vector<CoverPart> by_objects(std::size_t begin, std::size_t end) const {
    std::unordered_map<Ids, std::size_t, IdsHash> index;
    std::vector<CoverPart> parts;
    for (std::size_t atom = begin; atom < end; ++atom) {
      const auto [it, fresh] = index.try_emplace(atom_grantees_[atom], parts.size());
      if (fresh) parts.push_back({.atoms = {}, .grantees = atom_grantees_[atom]});
      parts[it->second].atoms.push_back(static_cast<std::uint32_t>(atom));
    }
    return parts;
  }

  /// Grantees with equal objects; `columns` are the atoms of each grantee.
  static std::vector<CoverPart> by_grantees(std::span<Ids> columns, std::span<const std::uint32_t> grantees) {
    std::unordered_map<Ids, std::size_t, IdsHash> index;
    std::vector<CoverPart> parts;
    for (const std::uint32_t grantee : grantees) {
      const auto [it, fresh] = index.try_emplace(columns[grantee], parts.size());
      if (fresh) parts.push_back({.atoms = columns[grantee], .grantees = {}});
      parts[it->second].grantees.push_back(grantee);
    }
    return parts;
  }

  std::vector<CoverPart> by_grantees() {
    Ids all(grantees_.size());
    std::iota(all.begin(), all.end(), 0U);
    return by_grantees(grantee_atoms_, all);
  }

  /// Each block by itself, and what has the same grantees in several blocks together.
  std::vector<CoverPart> by_blocks() {
    std::unordered_map<Ids, std::size_t, IdsHash> index;
    std::vector<CoverPart> parts;
    std::vector<Ids> columns(grantees_.size());
    std::size_t work = kJoinWork;
    for (std::size_t block = 0; block <= block_begins_.size(); ++block) {
      const std::size_t begin = block == 0 ? 0 : block_begins_[block - 1];
      const std::size_t end = block == block_begins_.size() ? atoms_.size() : block_begins_[block];
      for (CoverPart& part : of_block(begin, end, columns, work)) {
        const auto [it, fresh] = index.try_emplace(part.grantees, parts.size());
        if (fresh) {
          parts.push_back(std::move(part));
        } else {
          parts[it->second].atoms.insert(parts[it->second].atoms.end(), part.atoms.begin(), part.atoms.end());
        }
      }
    }
    for (CoverPart& part : parts) std::ranges::sort(part.atoms);
    return parts;
  }

  std::vector<CoverPart> of_block(std::size_t begin, std::size_t end, std::vector<Ids>& columns, std::size_t& work) const {
    Ids here;
    for (std::size_t atom = begin; atom < end; ++atom) {
      for (const std::uint32_t grantee : atom_grantees_[atom]) {
        if (columns[grantee].empty()) here.push_back(grantee);
        columns[grantee].push_back(static_cast<std::uint32_t>(atom));
      }
    }
    std::ranges::sort(here);
    std::vector<CoverPart> parts = by_grantees(columns, here);
    for (const std::uint32_t grantee : here) columns[grantee].clear();
    join_parts(parts, atom_sizes_, work);
    std::vector<CoverPart> rows = by_objects(begin, end);
    return lighter(parts, rows) ? parts : rows;
  }

  [[nodiscard]] CoverCost cost(const std::vector<CoverPart>& parts) const {
    CoverCost sum;
    for (const CoverPart& part : parts) {
      std::size_t objects = 0;
      for (const std::uint32_t atom : part.atoms) objects += atom_sizes_[atom];
      sum += cost_of(objects, part.grantees.size());
    }
    return sum;
  }

  [[nodiscard]] bool lighter(const std::vector<CoverPart>& a, const std::vector<CoverPart>& b) const {
    const CoverCost x = cost(a);
    const CoverCost y = cost(b);
    return std::pair(x.weight(), x.rewrites) < std::pair(y.weight(), y.rewrites);
  }

  void write(const CoverPart& part, std::vector<Rectangle>& out) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> objects;  // with their atoms
    for (const std::uint32_t atom : part.atoms) {
      for (const std::uint32_t object : atoms_[atom]) objects.emplace_back(object, atom);
    }
    std::sort(objects.begin(), objects.end());
    for (std::size_t g = 0; g < part.grantees.size(); g += kMaxGrantees) {
      const std::span some = std::span(part.grantees).subspan(g, std::min(kMaxGrantees, part.grantees.size() - g));
      for (std::size_t o = 0; o < objects.size(); o += kMaxObjects) {
        out.push_back(rectangle(std::span(objects).subspan(o, std::min(kMaxObjects, objects.size() - o)), some));
      }
    }
  }

  Rectangle rectangle(std::span<const std::pair<std::uint32_t, std::uint32_t>> objects, std::span<const std::uint32_t> grantees) {
    Rectangle result;
    std::vector<bool> wanted(grantees_.size(), false);
    for (const std::uint32_t grantee : grantees) {
      wanted[grantee] = true;
      result.grantees.push_back(grantees_[grantee]);
    }
    Ids atoms;
    for (const auto& [object, atom] : objects) {
      result.objects.push_back(object);
      atoms.push_back(atom);
    }
    make_set(atoms);
    for (const std::uint32_t atom : atoms) {
      for (const std::uint32_t item : atom_items_[atom]) {
        if (wanted[item_grantee_[item]]) result.items.push_back(item);
      }
    }
    std::sort(result.items.begin(), result.items.end());
    result.items.erase(std::unique(result.items.begin(), result.items.end()), result.items.end());
    return result;
  }

  std::span<const RectangleItem> items_;
  std::span<const std::uint32_t> blocks_;
  std::vector<const Ids*> lists_;
  std::vector<RoleId> grantees_;
  Ids item_list_;
  Ids item_grantee_;
  std::vector<Ids> atoms_;  ///< their objects
  Ids atom_sizes_;
  Ids block_begins_;  ///< the first atom of each block but the first
  std::vector<Ids> list_atoms_;
  std::vector<Ids> atom_items_;
  std::vector<Ids> atom_grantees_;
  std::vector<Ids> grantee_atoms_;
};

}  // namespace

std::vector<Rectangle> cover(std::span<const RectangleItem> items, std::span<const std::uint32_t> blocks) {
  return Cover(items, blocks).run();
}

}  // namespace pgcharter
