// One call of CrossModalAttention::forward, as the two paths see it.
//
// Heads are padded to whole panels of 16 columns: head h of a projection begins at column h * head_stride, and columns
// [head_dim, head_stride) of it are zero.
#pragma once

#include <cstddef>

#include "attention/weight_collector.hpp"
#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/attention/mask.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

struct AttentionCall {
  ConstMatrixView query;  // [num_words, num_heads * head_stride], scaled where the kind has it so
  std::size_t num_heads = 0, head_dim = 0, head_stride = 0;
  KeyMask mask{};
  const PairMask* pairs = nullptr;
  AttentionKind kind{};
  WeightCollector* collector = nullptr;  // null: no weights are wanted

  std::size_t num_words() const { return query.rows(); }
  ConstMatrixView head_query(std::size_t head) const { return query.columns(head * head_stride, head_dim); }
};

}  // namespace attnviz::attention
