// Byte-pair encoding: joins neighbours, the best pair first, the leftmost among equals, until none is left to join.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <queue>
#include <vector>

namespace attnviz::text {

// Bytes [begin, end) of a text that are one token for now. `id` is any number where `can_join` is false.
struct Symbol {
  std::uint32_t id = 0;
  std::uint32_t begin = 0, end = 0;
  bool can_join = true;
};

template <typename Priority>
struct Join {
  Priority priority;  // lower is joined first
  std::uint32_t id;   // of what the two become
};

// `find_join(left, right)` gives a std::optional<Join<Priority>>. O(n log n): every join queues at most two new pairs.
template <typename Priority, typename FindJoin>
std::vector<Symbol> join_pairs(std::vector<Symbol> symbols, const FindJoin& find_join) {
  constexpr std::uint32_t kEnd = std::numeric_limits<std::uint32_t>::max();
  struct Candidate {
    Priority priority;
    std::uint32_t left, id, end;  // `end` of the right one: tells whether both are still as they were
    bool operator>(const Candidate& other) const {
      return priority != other.priority ? priority > other.priority : left > other.left;
    }
  };
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
  const auto count = static_cast<std::uint32_t>(symbols.size());
  std::vector<std::uint32_t> next(count), previous(count);
  const auto offer = [&](std::uint32_t left, std::uint32_t right) {
    if (left == kEnd || right == kEnd || !symbols[left].can_join || !symbols[right].can_join) return;
    if (const std::optional<Join<Priority>> join = find_join(symbols[left], symbols[right])) {
      candidates.push({join->priority, left, join->id, symbols[right].end});
    }
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    previous[i] = i == 0 ? kEnd : i - 1;
    next[i] = i + 1 < count ? i + 1 : kEnd;
    offer(previous[i], i);
  }

  std::vector<bool> is_gone(count);
  while (!candidates.empty()) {
    const Candidate best = candidates.top();
    candidates.pop();
    const std::uint32_t left = best.left, right = next[left];
    if (is_gone[left] || right == kEnd || symbols[right].end != best.end) continue;
    symbols[left].id = best.id;
    symbols[left].end = symbols[right].end;
    is_gone[right] = true;
    next[left] = next[right];
    if (next[left] != kEnd) previous[next[left]] = left;
    offer(previous[left], left);
    offer(left, next[left]);
  }

  std::vector<Symbol> joined;
  for (std::uint32_t i = 0; i < count; i = next[i] == kEnd ? count : next[i]) joined.push_back(symbols[i]);
  return joined;
}

}  // namespace attnviz::text
