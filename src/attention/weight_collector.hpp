// Gathers what KeepWeights asks for from the rows of A as they are made, so that A [num_heads, num_words, num_keys] is
// never held unless all of it is asked for.
#pragma once

#include <cstddef>
#include <span>

#include "attnviz/attention/weights.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

class WeightCollector {
public:
  WeightCollector(std::size_t num_heads, std::size_t num_words, std::size_t num_keys, const KeepWeights& keep);

  // row [num_keys] is A_h[word]. Once for every head of every word, the heads of a word in ascending order (sums then
  // do not depend on threads). Calls for different words may come from different threads at once.
  void add(std::size_t head, std::size_t word, std::span<const float> row);

  // What was asked for; after the last add().
  AttentionWeights finish();

private:
  void complete(std::size_t word);

  std::size_t num_heads_, num_words_, num_keys_;
  KeepWeights keep_;
  AttentionWeights weights_;  // head_mean also where only `top` is asked for, which is found in it
};

}  // namespace attnviz::attention
