// The joining of parts, greedily: a queue of all pairs by what joining them saves. A join gives up to three new parts, which are compared
// with all others of the block; entries of parts that are gone are passed over when they come up.
//
// Atoms are bits, so that a comparison is a few words; it is quadratic in the parts of one block (grantees of one schema that differ),
// hence the limit.

#include "sql/join_parts.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <queue>

#include "sql/rectangles.h"

namespace pgcharter {
namespace {

class Joiner {
 public:
  Joiner(std::vector<CoverPart>& parts, std::span<const std::uint32_t> sizes, std::size_t& work)
      : parts_(parts), sizes_(sizes), work_(work) {
    first_ = parts.front().atoms.front();
    std::uint32_t last = first_;
    for (const CoverPart& part : parts) {
      first_ = std::min(first_, part.atoms.front());
      last = std::max(last, part.atoms.back());
    }
    words_ = (last - first_) / kBits + 1;
  }

  void run() {
    for (CoverPart& part : parts_) {
      Piece piece{.bits = Bits(words_, 0), .grantees = std::move(part.grantees), .objects = 0};
      for (const std::uint32_t atom : part.atoms) piece.bits[(atom - first_) / kBits] |= std::uint64_t{1} << ((atom - first_) % kBits);
      add(std::move(piece));
    }
    while (!queue_.empty()) {
      const Pair best = queue_.top();
      queue_.pop();
      if (!pieces_[best.a].grantees.empty() && !pieces_[best.b].grantees.empty()) join(best.a, best.b);
    }
    write();
  }

 private:
  static constexpr std::uint32_t kBits = 64;
  using Bits = std::vector<std::uint64_t>;

  struct Piece {
    Bits bits;
    Ids grantees;  ///< none: joined to others, gone
    std::size_t objects = 0;
  };

  struct Pair {
    std::size_t saves = 0;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    /// The earlier pair is better where both save the same: the order must not depend on the library.
    bool operator<(const Pair& other) const {
      if (saves != other.saves) return saves < other.saves;
      return a != other.a ? a > other.a : b > other.b;
    }
  };

  template <typename Each>
  void for_each_atom(const Bits& bits, Each each) const {
    for (std::size_t word = 0; word < bits.size(); ++word) {
      for (std::uint64_t rest = bits[word]; rest != 0; rest &= rest - 1)
        each(first_ + static_cast<std::uint32_t>(word) * kBits + static_cast<std::uint32_t>(std::countr_zero(rest)));
    }
  }

  [[nodiscard]] std::size_t common(const Bits& a, const Bits& b) {
    std::size_t objects = 0;
    std::size_t steps = words_;
    for (std::size_t word = 0; word < words_; ++word) {
      for (std::uint64_t both = a[word] & b[word]; both != 0; both &= both - 1, ++steps)
        objects += sizes_[first_ + word * kBits + static_cast<std::size_t>(std::countr_zero(both))];
    }
    work_ -= std::min(work_, steps);
    return objects;
  }

  static std::size_t weight(std::size_t objects, std::size_t grantees) { return cost_of(objects, grantees).weight(); }

  void add(Piece piece) {
    for_each_atom(piece.bits, [&](std::uint32_t atom) { piece.objects += sizes_[atom]; });
    const auto b = static_cast<std::uint32_t>(pieces_.size());
    for (std::uint32_t a = 0; a < b && work_ > 0; ++a) {
      const Piece& other = pieces_[a];
      if (other.grantees.empty()) continue;
      const std::size_t both = common(other.bits, piece.bits);
      if (both == 0) continue;
      const std::size_t x = other.grantees.size();
      const std::size_t y = piece.grantees.size();
      const std::size_t before = weight(other.objects, x) + weight(piece.objects, y);
      const std::size_t after = weight(both, x + y) + weight(other.objects - both, x) + weight(piece.objects - both, y);
      if (after < before) queue_.push({.saves = before - after, .a = a, .b = b});
    }
    pieces_.push_back(std::move(piece));
  }

  void join(std::size_t a, std::size_t b) {
    Piece first = std::move(pieces_[a]);
    Piece second = std::move(pieces_[b]);
    pieces_[a] = {};
    pieces_[b] = {};
    Piece both{.bits = first.bits, .grantees = {}, .objects = 0};
    std::ranges::merge(first.grantees, second.grantees, std::back_inserter(both.grantees));
    for (std::size_t word = 0; word < words_; ++word) {
      both.bits[word] &= second.bits[word];
      first.bits[word] &= ~both.bits[word];
      second.bits[word] &= ~both.bits[word];
    }
    add(std::move(both));
    for (Piece* rest : {&first, &second}) {
      rest->objects = 0;
      if (std::ranges::any_of(rest->bits, [](std::uint64_t word) { return word != 0; })) add(std::move(*rest));
    }
  }

  void write() {
    parts_.clear();
    for (Piece& piece : pieces_) {
      if (piece.grantees.empty()) continue;
      CoverPart& part = parts_.emplace_back();
      part.grantees = std::move(piece.grantees);
      for_each_atom(piece.bits, [&](std::uint32_t atom) { part.atoms.push_back(atom); });
    }
  }

  std::vector<CoverPart>& parts_;
  std::span<const std::uint32_t> sizes_;
  std::size_t& work_;
  std::uint32_t first_ = 0;
  std::size_t words_ = 0;
  std::vector<Piece> pieces_;
  std::priority_queue<Pair> queue_;
};

}  // namespace

CoverCost& CoverCost::operator+=(const CoverCost& other) {
  statements += other.statements;
  rewrites += other.rewrites;
  return *this;
}

std::size_t CoverCost::weight() const { return statements * kStatementWeight + rewrites; }

CoverCost cost_of(std::size_t objects, std::size_t grantees) {
  const std::size_t times = (grantees + kMaxGrantees - 1) / kMaxGrantees;
  return {.statements = (objects + kMaxObjects - 1) / kMaxObjects * times, .rewrites = objects * times};
}

void join_parts(std::vector<CoverPart>& parts, std::span<const std::uint32_t> sizes, std::size_t& work) {
  if (parts.size() > 1) Joiner(parts, sizes, work).run();
}

}  // namespace pgcharter
