// Random matrices for tests; the same for the same seed.
#pragma once

#include <random>

#include "attnviz/core/matrix.hpp"

namespace attnviz::test {

inline Matrix random_matrix(std::size_t rows, std::size_t cols, unsigned seed, float deviation = 1.0f) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0.0f, deviation);
  Matrix matrix(rows, cols);
  for (std::size_t i = 0; i < rows * cols; ++i) matrix.data()[i] = normal(random);
  return matrix;
}

}  // namespace attnviz::test
