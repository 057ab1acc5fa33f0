#include "attention/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace attnviz::attention::reference {
namespace {

constexpr double kExcluded = -std::numeric_limits<double>::infinity();  // the score of a key that is not attended to

double activate(double x, Activation activation) {
  switch (activation) {
    case Activation::none:
      break;
    case Activation::relu:
      return std::max(x, 0.0);
    case Activation::relu6:
      return std::clamp(x, 0.0, 6.0);
    case Activation::gelu:
      return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
    case Activation::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::quick_gelu:
      return x / (1 + std::exp(-1.702 * x));
  }
  return x;
}

double elu_plus_one(double x) { return x > 0 ? x + 1 : std::exp(x); }

DoubleMatrix project(const DoubleMatrix& x, const LinearView& linear) {
  return matmul_transposed(x, linear.weight, linear.bias);
}

DoubleMatrix columns(const DoubleMatrix& x, std::size_t first, std::size_t count) {
  DoubleMatrix part(x.rows, count);
  for (std::size_t r = 0; r < x.rows; ++r) {
    for (std::size_t c = 0; c < count; ++c) part(r, c) = x(r, first + c);
  }
  return part;
}

bool attends(const Rules& rules, std::size_t word, std::size_t key) {
  return (rules.mask.empty() || rules.mask[key] != 0) && (rules.pairs == nullptr || rules.pairs->row(word)[key] != 0);
}

// phi(q) . phi(k) for linear attention, else q . k / sqrt(head_dim).
double score(const DoubleMatrix& query, std::size_t word, const DoubleMatrix& key, std::size_t k, const Rules& rules) {
  double sum = 0;
  if (rules.kind.type == AttentionKind::Type::linear) {
    for (std::size_t c = 0; c < query.cols; ++c) sum += elu_plus_one(query(word, c)) * elu_plus_one(key(k, c));
    return sum;
  }
  for (std::size_t c = 0; c < query.cols; ++c) sum += query(word, c) * key(k, c);
  return sum / std::sqrt(static_cast<double>(query.cols));
}

// Scores of all keys but the `count` highest become kExcluded.
void keep_highest(DoubleMatrix& scores, std::size_t row, std::size_t count) {
  DoubleMatrix one(1, scores.cols);
  for (std::size_t key = 0; key < scores.cols; ++key) one(0, key) = scores(row, key);
  for (std::size_t key = 0; key < scores.cols; ++key) scores(row, key) = kExcluded;
  const std::vector<std::size_t> highest = top_keys(one, count).front();
  for (const std::size_t key : highest) scores(row, key) = one(0, key);
}

// Scores become weights: exp(score - highest), or the scores themselves for linear attention, divided by their sum.
void normalise(DoubleMatrix& scores, std::size_t row, bool linear) {
  double highest = kExcluded, sum = 0;
  for (std::size_t key = 0; key < scores.cols; ++key) highest = std::max(highest, scores(row, key));
  for (std::size_t key = 0; key < scores.cols; ++key) {
    double& weight = scores(row, key);
    if (weight == kExcluded) {
      weight = 0;
    } else if (!linear) {
      weight = std::exp(weight - highest);
    }
    sum += weight;
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

DoubleMatrix attention_weights(const DoubleMatrix& query, const DoubleMatrix& key, const Rules& rules) {
  DoubleMatrix weights(query.rows, key.rows);
  for (std::size_t word = 0; word < query.rows; ++word) {
    for (std::size_t k = 0; k < key.rows; ++k) {
      weights(word, k) = attends(rules, word, k) ? score(query, word, key, k, rules) : kExcluded;
    }
    if (rules.kind.type == AttentionKind::Type::top_k) keep_highest(weights, word, rules.kind.top_k);
    normalise(weights, word, rules.kind.type == AttentionKind::Type::linear);
  }
  return weights;
}

DoubleMatrix product(const DoubleMatrix& x, const DoubleMatrix& y) {
  DoubleMatrix z(x.rows, y.cols);
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t k = 0; k < x.cols; ++k) {
      for (std::size_t j = 0; j < y.cols; ++j) z(i, j) += x(i, k) * y(k, j);
    }
  }
  return z;
}

Attention cross_attention(ConstMatrixView words, ConstMatrixView patches, const Projections& projections,
                          std::size_t num_heads, const Rules& rules) {
  const DoubleMatrix q = project(DoubleMatrix(words), projections.query);    // [num_words, model_dim]
  const DoubleMatrix k = project(DoubleMatrix(patches), projections.key);    // [num_keys, model_dim]
  const DoubleMatrix v = project(DoubleMatrix(patches), projections.value);  // [num_keys, model_dim]
  const std::size_t head_dim = q.cols / num_heads;
  DoubleMatrix weights(num_heads * q.rows, k.rows);
  DoubleMatrix attended(q.rows, q.cols);
  for (std::size_t head = 0; head < num_heads; ++head) {
    const std::size_t first = head * head_dim;
    const DoubleMatrix own = attention_weights(columns(q, first, head_dim), columns(k, first, head_dim), rules);
    const DoubleMatrix out = product(own, columns(v, first, head_dim));  // [num_words, head_dim]
    for (std::size_t word = 0; word < q.rows; ++word) {
      for (std::size_t key = 0; key < k.rows; ++key) weights(head * q.rows + word, key) = own(word, key);
      for (std::size_t c = 0; c < head_dim; ++c) attended(word, first + c) = out(word, c);
    }
  }
  return {project(attended, projections.output), weights};
}

DoubleMatrix head_mean(const DoubleMatrix& weights, std::size_t num_heads) {
  DoubleMatrix mean(weights.rows / num_heads, weights.cols);
  for (std::size_t row = 0; row < weights.rows; ++row) {
    for (std::size_t key = 0; key < weights.cols; ++key) {
      mean(row % mean.rows, key) += weights(row, key) / static_cast<double>(num_heads);
    }
  }
  return mean;
}

DoubleMatrix head_max(const DoubleMatrix& weights, std::size_t num_heads) {
  DoubleMatrix highest(weights.rows / num_heads, weights.cols);
  for (std::size_t row = 0; row < weights.rows; ++row) {
    for (std::size_t key = 0; key < weights.cols; ++key) {
      double& value = highest(row % highest.rows, key);
      value = std::max(value, weights(row, key));
    }
  }
  return highest;
}

std::vector<std::vector<std::size_t>> top_keys(const DoubleMatrix& weights, std::size_t count) {
  std::vector<std::vector<std::size_t>> top;
  for (std::size_t row = 0; row < weights.rows; ++row) {
    std::vector<std::size_t> keys(weights.cols);
    std::iota(keys.begin(), keys.end(), std::size_t{0});
    std::ranges::stable_sort(keys, [&](std::size_t a, std::size_t b) { return weights(row, a) > weights(row, b); });
    keys.resize(std::min(count, keys.size()));
    top.push_back(std::move(keys));
  }
  return top;
}

}  // namespace attnviz::attention::reference
