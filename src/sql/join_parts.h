// Parts of a cover: some atoms (objects that stand in the same lists) × some grantees; what they weigh, and how parts of one block are
// joined.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pgcharter {

using Ids = std::vector<std::uint32_t>;

struct CoverPart {
  Ids atoms;     ///< ascending
  Ids grantees;  ///< ascending
};

/// What a cover costs the server: statements, and catalog rows that they rewrite.
struct CoverCost {
  std::size_t statements = 0;
  std::size_t rewrites = 0;

  CoverCost& operator+=(const CoverCost& other);
  [[nodiscard]] std::size_t weight() const;
  bool operator==(const CoverCost&) const = default;
};

/// Of one part; a part with more than kMaxObjects or kMaxGrantees takes several statements.
CoverCost cost_of(std::size_t objects, std::size_t grantees);

/// Replaces two parts that have atoms in common by three, the common atoms × both parts' grantees and what remains of each, as long as
/// that weighs less: the best two first. `parts` are the columns of one block: each has other grantees. `sizes` tells how many objects an
/// atom has. `work` limits the comparisons, and is reduced by those that were made: where it ends, fewer joins are found, all of them
/// right.
void join_parts(std::vector<CoverPart>& parts, std::span<const std::uint32_t> sizes, std::size_t& work);

}  // namespace pgcharter
