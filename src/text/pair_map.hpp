// A hash map from pairs of 32-bit numbers to one 32-bit number, built once and read often: merges of byte pairs, edges
// of a trie. Open addressing: tens of thousands of entries are in place in about a millisecond.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace attnviz::text {

class PairMap {
public:
  explicit PairMap(std::size_t expected = 0) { rehash(2 * expected); }

  // False, and nothing changes, where the pair is there already. `value` is not the highest number.
  bool insert(std::uint32_t first, std::uint32_t second, std::uint32_t value) {
    if (2 * (count_ + 1) > slots_.size()) rehash(2 * slots_.size());
    Slot& slot = slots_[place_of(key_of(first, second))];
    if (slot.value != kEmpty) return false;
    slot = {key_of(first, second), value};
    ++count_;
    return true;
  }

  std::optional<std::uint32_t> find(std::uint32_t first, std::uint32_t second) const {
    const Slot& slot = slots_[place_of(key_of(first, second))];
    if (slot.value == kEmpty) return std::nullopt;
    return slot.value;
  }

private:
  static constexpr std::uint32_t kEmpty = 0xFFFFFFFF;
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t value = kEmpty;
  };

  static std::uint64_t key_of(std::uint32_t first, std::uint32_t second) {
    return (std::uint64_t{first} << 32) | second;
  }

  // Where the key is, or the free slot where it belongs. Some slots are always free.
  std::size_t place_of(std::uint64_t key) const {
    std::uint64_t mixed = key * 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93;
    std::size_t place = (mixed ^ (mixed >> 32)) & (slots_.size() - 1);
    while (slots_[place].value != kEmpty && slots_[place].key != key) place = (place + 1) & (slots_.size() - 1);
    return place;
  }

  void rehash(std::size_t at_least) {
    std::size_t size = 16;
    while (size < at_least) size *= 2;
    std::vector<Slot> old(size);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.value != kEmpty) slots_[place_of(slot.key)] = slot;
    }
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace attnviz::text
