#include "text/byte_pairs.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>

namespace attnviz::text {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

struct Link {
  std::size_t previous = kNone, next = kNone;
  bool is_merged_away = false;
};

// A pair that was seen at a place; what stands there may have changed since.
struct Candidate {
  std::uint32_t rank = 0;
  std::size_t place = 0;
  bool operator>(const Candidate& other) const { return std::tie(rank, place) > std::tie(other.rank, other.place); }
};

}  // namespace

std::vector<Symbol> BytePairs::merge(std::vector<Symbol> symbols) const {
  std::vector<Link> links(symbols.size());
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
  const auto consider = [&](std::size_t left) {
    if (left == kNone || links[left].next == kNone) return;
    const auto rank = ranks_.find(symbols[left].id, symbols[links[left].next].id);
    if (rank) candidates.push({*rank, left});
  };
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    links[i] = {i > 0 ? i - 1 : kNone, i + 1 < symbols.size() ? i + 1 : kNone, false};
  }
  for (std::size_t i = 0; i < symbols.size(); ++i) consider(i);
  while (!candidates.empty()) {
    const Candidate best = candidates.top();
    candidates.pop();
    const std::size_t left = best.place, right = links[left].next;
    if (links[left].is_merged_away || right == kNone) continue;
    const auto rank = ranks_.find(symbols[left].id, symbols[right].id);
    if (!rank || merged_[*rank] != merged_[best.rank]) continue;
    symbols[left] = {merged_[*rank], std::min(symbols[left].byte_begin, symbols[right].byte_begin),
                     std::max(symbols[left].byte_end, symbols[right].byte_end)};
    links[right].is_merged_away = true;
    links[left].next = links[right].next;
    if (links[right].next != kNone) links[links[right].next].previous = left;
    consider(links[left].previous);
    consider(left);
  }
  std::vector<Symbol> left;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (!links[i].is_merged_away) left.push_back(symbols[i]);
  }
  return left;
}

}  // namespace attnviz::text
