// The one source of chance. Only the engine comes from the standard library: its distributions differ between
// implementations, and a seed must mean the same case everywhere.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace pgcharter::property {

class Rng {
 public:
  explicit Rng(std::uint64_t seed) : engine_(seed * 0x9E3779B97F4A7C15ULL + 1) {}

  std::size_t below(std::size_t n) {
    assert(n > 0);
    return static_cast<std::size_t>(engine_() % n);
  }
  std::size_t between(std::size_t low, std::size_t high) { return low + below(high - low + 1); }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <typename T>
  const T& pick(const std::vector<T>& items) {
    return items[below(items.size())];
  }
  /// Between `low` and `high` different items, in their order in `items`; fewer where there are fewer.
  template <typename T>
  std::vector<T> some(const std::vector<T>& items, std::size_t low, std::size_t high) {
    std::size_t want = between(low, high);
    std::vector<T> result;
    for (std::size_t i = 0; i < items.size() && want > 0; ++i) {
      if (below(items.size() - i) < want) {
        result.push_back(items[i]);
        --want;
      }
    }
    return result;
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace pgcharter::property
