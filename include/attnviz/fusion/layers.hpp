// The small parts of fusion blocks: LayerNorm, feed-forward, self-attention. Immutable after construction.
//
//   x  [tokens, dim]   one row a token
//
// Shapes that do not fit throw Error (model) where a model file can cause them (construction), else std::logic_error.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/attention/linear.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::fusion {

// y = (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias, row by row.
class LayerNorm {
public:
  static constexpr double kEpsilon = 1e-5;  // where a model does not say another

  // Both [dim].
  LayerNorm(std::vector<float> weight, std::vector<float> bias, const std::string& name, double epsilon = kEpsilon);

  std::size_t dim() const { return weight_.size(); }
  void apply(MatrixView x) const;  // in place

private:
  void apply_row(std::span<float> row) const;

  std::vector<float> weight_, bias_;
  double epsilon_;
};

// FFN(x) = down(activation(up(x))): dim -> hidden -> dim. With ReLU: FeedForwardNetwork of the reference documents.
class FeedForward {
public:
  FeedForward(attention::Linear up, attention::Linear down, const std::string& name,
              attention::Activation activation = attention::Activation::relu);

  std::size_t dim() const { return up_.in_dim(); }
  Matrix forward(ConstMatrixView x) const;

private:
  attention::Linear up_, down_;
  attention::Activation activation_;
};

// Attention of tokens to each other: x is queries, keys and values at once. `options.pairs` restricts who sees whom,
// for example to the neighbourhood graph of a patch grid (PairMask::neighbourhood).
class SelfAttention {
public:
  explicit SelfAttention(attention::CrossModalAttention attention) : attention_(std::move(attention)) {}

  // output [tokens, dim]; weights [num_heads * tokens, tokens] where asked for
  attention::AttentionResult forward(ConstMatrixView x, const attention::AttentionOptions& options = {}) const {
    return attention_.forward(x, x, options);
  }

private:
  attention::CrossModalAttention attention_;
};

// x += gain * y, of equal shapes.
void add(MatrixView x, ConstMatrixView y, float gain = 1);

}  // namespace attnviz::fusion
