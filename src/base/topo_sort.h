// A stable topological sort that names a cycle instead of failing silently.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <queue>
#include <utility>
#include <variant>
#include <vector>

namespace pgcharter {

/// Indexes in an order in which everything comes after what it needs.
struct Sorted {
  std::vector<std::size_t> order;
};
/// Indexes along a circle: each needs the next one, the last one needs the first.
struct Cycle {
  std::vector<std::size_t> members;
};

/// Sorts 0 … count-1. An edge {before, after} says what must come first. Among those that could come next the
/// smallest index does, so sorted input stays as sorted as it can.
inline std::variant<Sorted, Cycle> topo_sort(std::size_t count, const std::vector<std::pair<std::size_t, std::size_t>>& edges) {
  std::vector<std::vector<std::size_t>> after(count);
  std::vector<std::vector<std::size_t>> before(count);
  std::vector<std::size_t> missing(count, 0);
  for (const auto& [first, second] : edges) {
    after[first].push_back(second);
    before[second].push_back(first);
    ++missing[second];
  }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < count; ++i) {
    if (missing[i] == 0) ready.push(i);
  }
  Sorted sorted;
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    sorted.order.push_back(next);
    for (const std::size_t i : after[next]) {
      if (--missing[i] == 0) ready.push(i);
    }
  }
  if (sorted.order.size() == count) return sorted;

  // Everything that is left needs something that is left: walking along "needs" must come back to a place.
  std::vector<bool> done(count, false);
  for (const std::size_t i : sorted.order) done[i] = true;
  std::vector<std::size_t> path;
  std::vector<bool> seen(count, false);
  std::size_t at = static_cast<std::size_t>(std::find(done.begin(), done.end(), false) - done.begin());
  while (!seen[at]) {
    seen[at] = true;
    path.push_back(at);
    at = *std::find_if(before[at].begin(), before[at].end(), [&](std::size_t i) { return !done[i]; });
  }
  path.erase(path.begin(), std::find(path.begin(), path.end(), at));
  return Cycle{std::move(path)};
}

}  // namespace pgcharter
