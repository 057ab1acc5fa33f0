#include "attention/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnviz::attention::reference {
namespace {

double activate(double value, Activation activation) {
  if (activation == Activation::none) return value;
  value = std::max(value, 0.0);
  return activation == Activation::relu ? value : std::min(value, 6.0);
}

DoubleMatrix project(const DoubleMatrix& x, const LinearView& linear) {
  return matmul_transposed(x, linear.weight, linear.bias);
}

// One row of scores becomes weights.
void softmax_row(DoubleMatrix& scores, std::size_t row, KeyMask mask) {
  double highest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::size_t key = 0; key < scores.cols; ++key) {
    if (mask.empty() || mask[key]) highest = std::max(highest, scores(row, key));
  }
  for (std::size_t key = 0; key < scores.cols; ++key) {
    const bool attends = mask.empty() || mask[key];
    scores(row, key) = attends ? std::exp(scores(row, key) - highest) : 0.0;
    sum += scores(row, key);
  }
  for (std::size_t key = 0; key < scores.cols; ++key) scores(row, key) /= sum;
}

}  // namespace

DoubleMatrix::DoubleMatrix(ConstMatrixView matrix) : DoubleMatrix(matrix.rows(), matrix.cols()) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) (*this)(r, c) = matrix(r, c);
  }
}

DoubleMatrix matmul_transposed(const DoubleMatrix& x, ConstMatrixView w, std::span<const float> bias,
                               Activation activation) {
  DoubleMatrix y(x.rows, w.rows());
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < w.rows(); ++j) {
      double sum = bias.empty() ? 0.0 : bias[j];
      for (std::size_t k = 0; k < x.cols; ++k) sum += x(i, k) * w(j, k);
      y(i, j) = activate(sum, activation);
    }
  }
  return y;
}

Attention cross_attention(ConstMatrixView words, ConstMatrixView patches, const LinearView& query,
                          const LinearView& key, const LinearView& value, const LinearView& output,
                          std::size_t num_heads, KeyMask mask) {
  const DoubleMatrix q = project(DoubleMatrix(words), query);    // [num_words, model_dim]
  const DoubleMatrix k = project(DoubleMatrix(patches), key);    // [num_keys, model_dim]
  const DoubleMatrix v = project(DoubleMatrix(patches), value);  // [num_keys, model_dim]
  const std::size_t head_dim = q.cols / num_heads;
  DoubleMatrix weights(num_heads * q.rows, k.rows);
  DoubleMatrix attended(q.rows, q.cols);
  for (std::size_t head = 0; head < num_heads; ++head) {
    const std::size_t first = head * head_dim;
    for (std::size_t word = 0; word < q.rows; ++word) {
      const std::size_t row = head * q.rows + word;
      for (std::size_t j = 0; j < k.rows; ++j) {
        for (std::size_t c = first; c < first + head_dim; ++c) weights(row, j) += q(word, c) * k(j, c);
        weights(row, j) /= std::sqrt(static_cast<double>(head_dim));
      }
      softmax_row(weights, row, mask);
      for (std::size_t j = 0; j < k.rows; ++j) {
        for (std::size_t c = first; c < first + head_dim; ++c) attended(word, c) += weights(row, j) * v(j, c);
      }
    }
  }
  return {project(attended, output), weights};
}

}  // namespace attnviz::attention::reference
