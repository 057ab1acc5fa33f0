// Random layers of one small width, for tests of fusion.
#pragma once

#include <cmath>
#include <vector>

#include "attnviz/fusion/cross_modal.hpp"
#include "support/random_matrix.hpp"

namespace attnviz::test {

constexpr std::size_t kDim = 12, kHidden = 20, kHeads = 3;

inline attention::Linear random_linear(std::size_t in, std::size_t out, unsigned seed) {
  const Matrix weight = random_matrix(out, in, seed, 1.0f / std::sqrt(static_cast<float>(in)));
  const Matrix bias = random_matrix(1, out, seed + 1, 0.1f);
  return attention::Linear(attention::LinearView{weight, bias.row(0)});
}

inline attention::CrossModalAttention random_attention(unsigned seed) {
  return {{random_linear(kDim, kDim, seed), random_linear(kDim, kDim, seed + 2), random_linear(kDim, kDim, seed + 4),
           random_linear(kDim, kDim, seed + 6)},
          kHeads,
          "test"};
}

inline fusion::LayerNorm plain_norm() {
  return {std::vector<float>(kDim, 1.0f), std::vector<float>(kDim, 0.0f), "norm"};
}

inline fusion::FeedForward random_ffn(unsigned seed) {
  return {random_linear(kDim, kHidden, seed), random_linear(kHidden, kDim, seed + 2), "ffn"};
}

inline fusion::AttentionSublayer random_attention_sublayer(unsigned seed, fusion::NormOrder order) {
  return {random_attention(seed),
          order == fusion::NormOrder::none ? fusion::Residual() : fusion::Residual(order, plain_norm()), "sublayer"};
}

inline fusion::CrossModalTransformerBlock random_block(unsigned seed,
                                                       fusion::NormOrder order = fusion::NormOrder::post) {
  return {random_attention_sublayer(seed, order),
          {random_ffn(seed + 10), fusion::Residual(order, plain_norm()), "ffn"},
          "block"};
}

// LN(x) with neither weight nor bias, in double.
inline void normalise(Matrix& x) {
  for (std::size_t r = 0; r < x.rows(); ++r) {
    double mean = 0, variance = 0;
    for (const float value : x.row(r)) mean += value / static_cast<double>(x.cols());
    for (const float value : x.row(r)) variance += (value - mean) * (value - mean) / static_cast<double>(x.cols());
    for (float& value : x.row(r)) value = static_cast<float>((value - mean) / std::sqrt(variance + 1e-5));
  }
}

}  // namespace attnviz::test
