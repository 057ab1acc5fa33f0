#include "attention/weight_collector.hpp"

#include <algorithm>
#include <utility>

#include "attention/kernels/softmax_kernel.hpp"
#include "attention/strongest_keys.hpp"

namespace attnviz::attention {

WeightCollector::WeightCollector(std::size_t num_heads, std::size_t num_words, std::size_t num_keys,
                                 const KeepWeights& keep)
    : num_heads_(num_heads), num_words_(num_words), num_keys_(num_keys), keep_(keep) {
  if (keep.per_head) weights_.per_head = Matrix(num_heads * num_words, num_keys);
  if (keep.head_mean || keep.top_k > 0) weights_.head_mean = Matrix(num_words, num_keys);
  if (keep.head_max) weights_.head_max = Matrix(num_words, num_keys);
  if (keep.top_k > 0) weights_.top.resize(num_words);
}

void WeightCollector::add(std::size_t head, std::size_t word, std::span<const float> row) {
  if (keep_.per_head) std::ranges::copy(row, weights_.per_head.row(head * num_words_ + word).begin());
  if (!weights_.head_mean.empty()) add_into(row.data(), row.size(), weights_.head_mean.row(word).data());
  if (keep_.head_max) max_into(row.data(), row.size(), weights_.head_max.row(word).data());
  if (head + 1 == num_heads_ && !weights_.head_mean.empty()) complete(word);
}

// The sum over all heads becomes their mean.
void WeightCollector::complete(std::size_t word) {
  const std::span<float> mean = weights_.head_mean.row(word);
  const float share = 1.0f / static_cast<float>(num_heads_);
  for (float& weight : mean) weight *= share;
  if (keep_.top_k == 0) return;
  StrongestKeys strongest(std::min(keep_.top_k, num_keys_));
  strongest.add(mean);
  weights_.top[word] = strongest.take();
}

AttentionWeights WeightCollector::finish() {
  if (!keep_.head_mean) weights_.head_mean = Matrix();
  return std::move(weights_);
}

}  // namespace attnviz::attention
