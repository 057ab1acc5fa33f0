// Byte-pair encoding: neighbours are merged, the pair that was learnt first before all others, the leftmost of equals.
// Sennrich et al., Neural Machine Translation of Rare Words with Subword Units, 2016.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "text/pair_map.hpp"

namespace attnviz::text {

struct Symbol {
  std::uint32_t id = 0;
  std::size_t byte_begin = 0, byte_end = 0;  // in the original
};

class BytePairs {
public:
  // In the order in which they were learnt. A pair that is there already stays as it is.
  void add(std::uint32_t left, std::uint32_t right, std::uint32_t merged) {
    if (ranks_.insert(left, right, static_cast<std::uint32_t>(merged_.size()))) merged_.push_back(merged);
  }

  // O(n log n) for n symbols.
  std::vector<Symbol> merge(std::vector<Symbol> symbols) const;

private:
  PairMap ranks_;
  std::vector<std::uint32_t> merged_;  // by rank
};

}  // namespace attnviz::text
