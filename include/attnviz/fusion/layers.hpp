// The small parts of fusion blocks: LayerNorm, feed-forward, self-attention. Immutable after construction.
//
//   x  [tokens, dim]   one row a token
//
// Shapes that do not fit throw Error (model) where a model file can cause them (construction), else std::logic_error.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/attention/linear.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::fusion {

// y = (x - mean(x)) / sqrt(variance(x) + 1e-5) * weight + bias, row by row.
class LayerNorm {
public:
  static constexpr double kEpsilon = 1e-5;

  // Both [dim].
  LayerNorm(std::vector<float> weight, std::vector<float> bias, const std::string& name);

  std::size_t dim() const { return weight_.size(); }
  void apply(MatrixView x) const;  // in place

private:
  std::vector<float> weight_, bias_;
};

// down(ReLU(up(x))): dim -> hidden -> dim.
class FeedForward {
public:
  FeedForward(attention::Linear up, attention::Linear down, const std::string& name);

  std::size_t dim() const { return up_.in_dim(); }
  // x becomes x + FFN(x).
  void add_to(MatrixView x) const;

private:
  attention::Linear up_, down_;
};

// Cross-attention of tokens with themselves.
class SelfAttention {
public:
  explicit SelfAttention(attention::CrossModalAttention attention) : attention_(std::move(attention)) {}

  Matrix forward(ConstMatrixView x) const { return attention_.forward(x, x).output; }

private:
  attention::CrossModalAttention attention_;
};

// x += y, of equal shapes.
void add(MatrixView x, ConstMatrixView y);

}  // namespace attnviz::fusion
