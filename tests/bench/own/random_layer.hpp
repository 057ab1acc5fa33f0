// Layers and tokens of random numbers, for the programs that time attnviz alone.
#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "attnviz/attention/cross_attention.hpp"

namespace own {

using namespace attnviz;

inline Matrix tokens(std::size_t rows, std::size_t cols, float range = 1) {
  static std::minstd_rand random(1);
  std::uniform_real_distribution<float> uniform(-range, range);
  Matrix matrix(rows, cols);
  for (std::size_t i = 0; i < rows * cols; ++i) matrix.data()[i] = uniform(random);
  return matrix;
}

inline attention::Linear linear(std::size_t in, std::size_t out) {
  const Matrix weight = tokens(out, in, std::sqrt(3.0f / static_cast<float>(in)));
  const std::vector<float> bias(out, 0.1f);
  return attention::Linear({weight, bias});
}

inline attention::CrossModalAttention attention_layer(std::size_t dim, std::size_t heads) {
  return {{linear(dim, dim), linear(dim, dim), linear(dim, dim), linear(dim, dim)}, heads, "layer"};
}

}  // namespace own
