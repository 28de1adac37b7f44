// Numbers of things, found by the hashes of the things: unordered_multimap<size_t, uint32_t> in one piece of memory.
//
// Where a million look-ups are made, each step from node to node of the standard's containers waits for memory; here nearly every look-up
// touches one line of the cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pgcharter {

class HashedNumbers {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  /// The number that was added with that hash and that `equal(number)` accepts, or kNone.
  template <typename Equal>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, const Equal& equal) const {
    if (slots_.empty()) return kNone;
    for (std::size_t i = place(hash);; i = (i + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[i];
      if (slot.number == kNone || (slot.hash == static_cast<std::uint32_t>(hash) && equal(slot.number))) return slot.number;
    }
  }

  /// A number that find() does not find yet.
  void add(std::uint64_t hash, std::uint32_t number) {
    if (++size_ * 2 > slots_.size()) grow();
    put({.hash = static_cast<std::uint32_t>(hash), .number = number}, place(hash));
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = kNone;
  };

  std::vector<Slot> slots_;  // a power of two of them, at most half of them used
  std::size_t size_ = 0;

  [[nodiscard]] std::size_t place(std::uint64_t hash) const { return static_cast<std::uint32_t>(hash) & (slots_.size() - 1); }

  void put(Slot slot, std::size_t i) {
    while (slots_[i].number != kNone) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = slot;
  }

  void grow() {
    std::vector<Slot> before(slots_.empty() ? 16 : slots_.size() * 2);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.number != kNone) put(slot, place(slot.hash));
    }
  }
};

/// Mixes a word into a hash.
inline std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
  return hash ^ (hash >> 29U);
}

}  // namespace pgcharter
