// A random attention layer with its plain weights kept for the double-precision reference, and the checks that hold an
// attention result against that reference: weights 1e-6 absolute, outputs 1e-5 relative to their norm, row sums 1e-5.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "attention/reference.hpp"
#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/core/error.hpp"
#include "support/random_matrix.hpp"

namespace attnviz::test {

struct LayerShape {
  std::size_t word_dim, patch_dim, model_dim, num_heads;
};

struct AttentionLayer {
  Matrix query, key, value, output;                      // [out, in]
  Matrix query_bias, key_bias, value_bias, output_bias;  // [1, out]
  std::size_t num_heads;

  // Scores have a deviation of about gain^2 on inputs of deviation 1.
  explicit AttentionLayer(const LayerShape& s, float gain = 1.0f)
      : query(weight(s.model_dim, s.word_dim, 1, gain)),
        key(weight(s.model_dim, s.patch_dim, 2, gain)),
        value(weight(s.model_dim, s.patch_dim, 3, 1.0f)),
        output(weight(s.word_dim, s.model_dim, 4, 1.0f)),
        query_bias(random_matrix(1, s.model_dim, 5, 0.1f)),
        key_bias(random_matrix(1, s.model_dim, 6, 0.1f)),
        value_bias(random_matrix(1, s.model_dim, 7, 0.1f)),
        output_bias(random_matrix(1, s.word_dim, 8, 0.1f)),
        num_heads(s.num_heads) {}

  attention::reference::Projections projections() const {
    return {
        {query, query_bias.row(0)}, {key, key_bias.row(0)}, {value, value_bias.row(0)}, {output, output_bias.row(0)}};
  }
  attention::CrossModalAttention attention(attention::AttentionKind kind = {}) const {
    using attention::Linear;
    const auto [q, k, v, o] = projections();
    return {{Linear(q), Linear(k), Linear(v), Linear(o)}, num_heads, "ca", kind};
  }
  attention::reference::Attention expected(ConstMatrixView words, ConstMatrixView patches,
                                           const attention::reference::Rules& rules = {}) const {
    return attention::reference::cross_attention(words, patches, projections(), num_heads, rules);
  }

private:
  static Matrix weight(std::size_t out, std::size_t in, unsigned seed, float gain) {
    return random_matrix(out, in, seed, gain / std::sqrt(static_cast<float>(in)));
  }
};

// The largest absolute difference; infinite where shapes differ or a value is no number.
inline double max_error(const Matrix& got, const attention::reference::DoubleMatrix& want) {
  if (got.rows() != want.rows || got.cols() != want.cols) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i < want.values.size(); ++i) {
    const double difference = std::fabs(got.data()[i] - want.values[i]);
    if (!(difference <= worst)) worst = std::isnan(difference) ? INFINITY : difference;
  }
  return worst;
}

// |got - want| / |want|, Frobenius norms; infinite where shapes differ or a value is no number.
inline double relative_error(const Matrix& got, const attention::reference::DoubleMatrix& want) {
  if (got.rows() != want.rows || got.cols() != want.cols) return INFINITY;
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < want.values.size(); ++i) {
    difference += std::pow(got.data()[i] - want.values[i], 2);
    norm += want.values[i] * want.values[i];
  }
  if (difference == 0) return 0;
  return std::isnan(difference) ? INFINITY : std::sqrt(difference / norm);
}

inline double worst_row_sum(const Matrix& weights) {
  double worst = 0;
  for (std::size_t r = 0; r < weights.rows(); ++r) {
    double sum = 0;
    for (const float weight : weights.row(r)) sum += weight;
    worst = std::fmax(worst, std::fabs(sum - 1));
  }
  return worst;
}

inline void check_close(const attention::AttentionResult& got, const attention::reference::Attention& want) {
  CHECK(max_error(got.weights.per_head, want.weights) <= 1e-6);
  CHECK(relative_error(got.output, want.output) <= 1e-5);
  CHECK(worst_row_sum(got.weights.per_head) <= 1e-5);
}

// Every way to the result: both paths, the one that the layer chooses, and keys that were cached.
inline void check_all_ways(const AttentionLayer& layer, ConstMatrixView words, ConstMatrixView patches,
                           const attention::reference::Rules& rules = {}) {
  using attention::AttentionPath;
  const attention::CrossModalAttention attention = layer.attention(rules.kind);
  const attention::reference::Attention want = layer.expected(words, patches, rules);
  attention::AttentionOptions options{.mask = rules.mask, .pairs = rules.pairs, .keep = {.per_head = true}};
  CAPTURE(words.rows());
  CAPTURE(patches.rows());
  for (const AttentionPath path : {AttentionPath::cheapest, AttentionPath::plain, AttentionPath::folded}) {
    options.path = path;
    CAPTURE(static_cast<int>(path));
    check_close(attention.forward(words, patches, options), want);
  }
  check_close(attention.forward(words, attention.cache(patches), options), want);
}

inline bool equal(const Matrix& a, const Matrix& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  return std::equal(a.data(), a.data() + a.rows() * a.cols(), b.data());
}

// The message of the Error (model) that `body` throws.
inline std::string error_of(const auto& body) {
  try {
    body();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::model);
    return error.what();
  }
  return "no error";
}

inline bool contains(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    if (text.find(part) == std::string::npos) return false;
  }
  return true;
}

}  // namespace attnviz::test
