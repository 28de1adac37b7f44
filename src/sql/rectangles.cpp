// Objects that stand in the same lists are interchangeable: they are one atom. On the matrix of atoms × grantees, rows with
// equal cells can be joined (objects with equal grantees: each object is rewritten once), or columns (grantees with equal
// objects); both are exact covers, and the one with fewer statements is taken, the first where they are equal, because a catalog row that
// is rewritten in two passes costs twice.
//
// Nothing here looks at a single (object, grantee) pair: the work is the sum of the lists' lengths plus atoms × grantees.
// Lists are shared between changes, so they are told apart by address first and by content once.

#include "sql/rectangles.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

namespace pgcharter {
namespace {

using Ids = std::vector<std::uint32_t>;

struct IdsHash {
  std::size_t operator()(const Ids& ids) const {
    std::uint64_t hash = 1469598103934665603ULL ^ ids.size();
    for (const std::uint32_t id : ids) hash = (hash ^ id) * 1099511628211ULL;
    return static_cast<std::size_t>(hash ^ (hash >> 32U));
  }
};

class Cover {
 public:
  explicit Cover(std::span<const RectangleItem> items) : items_(items) {}

  std::vector<Rectangle> run() {
    intern_lists();
    make_atoms();
    fill_matrix();
    auto by_objects = group(atom_grantees_);
    auto by_grantees = group(grantee_atoms_);
    std::vector<Rectangle> result;
    if (statements(by_objects, false) <= statements(by_grantees, true)) {
      for (const auto& [grantees, atoms] : by_objects) write(atoms, grantees, result);
    } else {
      for (const auto& [atoms, grantees] : by_grantees) write(atoms, grantees, result);
    }
    return result;
  }

 private:
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
    constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
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
    // Numbers of atoms that were divided to nothing are skipped; the others are renumbered by their first object.
    Ids renumbered(next, kNone);
    for (std::uint32_t i = 0; i < atom_of.size(); ++i) {
      if (atom_of[i] == kNone) continue;
      std::uint32_t& atom = renumbered[atom_of[i]];
      if (atom == kNone) {
        atom = static_cast<std::uint32_t>(atoms_.size());
        atoms_.emplace_back();
      }
      atoms_[atom].push_back(first + i);
    }
    for (std::size_t i = 0; i < lists_.size(); ++i) {
      for (const std::uint32_t object : *lists_[i]) list_atoms_[i].push_back(renumbered[atom_of[object - first]]);
      make_set(list_atoms_[i]);
    }
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

  /// Equal cells → the rows that have them, in order of the first row.
  static std::vector<std::pair<Ids, Ids>> group(const std::vector<Ids>& rows) {
    std::unordered_map<Ids, std::size_t, IdsHash> index;
    std::vector<std::pair<Ids, Ids>> groups;
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
      const auto [it, fresh] = index.try_emplace(rows[row], groups.size());
      if (fresh) groups.emplace_back(rows[row], Ids());
      groups[it->second].second.push_back(row);
    }
    return groups;
  }

  [[nodiscard]] std::size_t statements(const std::vector<std::pair<Ids, Ids>>& groups, bool atoms_first) const {
    std::size_t count = 0;
    for (const auto& [first, second] : groups) {
      std::size_t objects = 0;
      for (const std::uint32_t atom : atoms_first ? first : second) objects += atoms_[atom].size();
      const std::size_t grantees = (atoms_first ? second : first).size();
      count += ((objects + kMaxObjects - 1) / kMaxObjects) * ((grantees + kMaxGrantees - 1) / kMaxGrantees);
    }
    return count;
  }

  void write(const Ids& atoms, const Ids& grantees, std::vector<Rectangle>& out) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> objects;  // with their atoms
    for (const std::uint32_t atom : atoms) {
      for (const std::uint32_t object : atoms_[atom]) objects.emplace_back(object, atom);
    }
    std::sort(objects.begin(), objects.end());
    for (std::size_t g = 0; g < grantees.size(); g += kMaxGrantees) {
      const std::span<const std::uint32_t> some(grantees.data() + g, std::min(kMaxGrantees, grantees.size() - g));
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
  std::vector<const Ids*> lists_;
  std::vector<RoleId> grantees_;
  Ids item_list_;
  Ids item_grantee_;
  std::vector<Ids> atoms_;  ///< their objects
  std::vector<Ids> list_atoms_;
  std::vector<Ids> atom_items_;
  std::vector<Ids> atom_grantees_;
  std::vector<Ids> grantee_atoms_;
};

}  // namespace

std::vector<Rectangle> cover(std::span<const RectangleItem> items) { return Cover(items).run(); }

}  // namespace pgcharter
