#include "attention/strongest_keys.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace attnviz::attention {
namespace {

bool stronger(const KeyWeight& a, const KeyWeight& b) {
  return a.weight > b.weight || (a.weight == b.weight && a.key < b.key);
}

// Without a branch per value: most stretches of a long row hold nothing for the heap.
bool any_above(std::span<const float> values, float bound) {
  int found = 0;
  for (const float value : values) found |= value > bound ? 1 : 0;
  return found != 0;
}

}  // namespace

void StrongestKeys::offer(float value, std::size_t key) {
  const auto entry = KeyWeight{static_cast<std::uint32_t>(key), value};
  if (heap_.size() == count_) {
    if (count_ == 0 || value <= heap_.front().weight) return;  // an equal value of a later key is weaker
    std::ranges::pop_heap(heap_, stronger);
    heap_.back() = entry;
  } else {
    heap_.push_back(entry);
  }
  std::ranges::push_heap(heap_, stronger);
}

void StrongestKeys::add(std::span<const float> values, std::size_t first_key) {
  constexpr std::size_t kStretch = 64;
  constexpr float kNothing = -std::numeric_limits<float>::infinity();
  for (std::size_t begin = 0; begin < values.size(); begin += kStretch) {
    const std::size_t end = std::min(values.size(), begin + kStretch);
    const bool full = heap_.size() == count_ && count_ > 0;
    if (full && !any_above(values.subspan(begin, end - begin), heap_.front().weight)) continue;
    for (std::size_t i = begin; i < end; ++i) {
      if (values[i] > kNothing) offer(values[i], first_key + i);
    }
  }
}

std::vector<KeyWeight> StrongestKeys::take() {
  std::ranges::sort_heap(heap_, stronger);
  return std::exchange(heap_, {});
}

}  // namespace attnviz::attention
