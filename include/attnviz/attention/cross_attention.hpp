// Multi-head cross-attention: words ask, patches answer.
//
//   words    [num_words, word_dim]                queries;     word_dim  = query.in_dim
//   patches  [num_keys, patch_dim]                keys/values; patch_dim = key.in_dim = value.in_dim
//   mask     [num_keys]                           1 = attend, 0 = padding; empty = attend to all
//   Q = words Wq^T + bq    [num_words, model_dim]     Q_h = columns [h d_h, (h + 1) d_h) of Q; K_h, V_h alike
//   K = patches Wk^T + bk  [num_keys, model_dim]      d_h = head_dim = model_dim / num_heads
//   V = patches Wv^T + bv  [num_keys, model_dim]
//   A_h = softmax(Q_h K_h^T / sqrt(d_h))  [num_words, num_keys]   each row sums to 1; 0 on padding
//   output = [A_0 V_0 ... A_h V_h] Wo^T + bo  [num_words, output.out_dim]   no residual, no norm: the block adds them
//
// Immutable after construction; calls from several threads are safe. Throws Error (model): shapes that do not fit each
// other, model_dim not divisible by num_heads, no key left to attend to, scores that are not finite. The message names
// the tensor and both shapes.
#pragma once

#include <cstddef>
#include <string>

#include "attnviz/attention/linear.hpp"
#include "attnviz/attention/softmax.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

struct AttentionProjections {
  Linear query, key, value, output;
};

class CrossModalAttention {
public:
  // `name` is what errors call this layer, for example "fusion.layers.0.attention".
  CrossModalAttention(AttentionProjections projections, std::size_t num_heads, std::string name);

  std::size_t num_heads() const { return num_heads_; }
  std::size_t model_dim() const { return projections_.query.out_dim(); }
  std::size_t head_dim() const { return model_dim() / num_heads_; }
  std::size_t word_dim() const { return projections_.query.in_dim(); }
  std::size_t patch_dim() const { return projections_.key.in_dim(); }
  std::size_t out_dim() const { return projections_.output.out_dim(); }

  // Returns the output [num_words, output.out_dim]. `weights`, where asked for, becomes [num_heads * num_words,
  // num_keys]: row h * num_words + w holds A_h[w].
  Matrix forward(ConstMatrixView words, ConstMatrixView patches, KeyMask mask = {}, Matrix* weights = nullptr) const;

private:
  void check_projections() const;
  void check_inputs(ConstMatrixView words, ConstMatrixView patches, KeyMask mask) const;

  AttentionProjections projections_;
  std::size_t num_heads_;
  std::string name_;
};

}  // namespace attnviz::attention
