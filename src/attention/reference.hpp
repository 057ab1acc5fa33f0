// The definitions, in double precision and plain loops. Slow and obvious; stays for ever: every fast path is tested
// against it. Shapes must fit, and every word needs a key that it may attend to.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/attention/linear.hpp"
#include "attnviz/attention/mask.hpp"
#include "attnviz/attention/matmul.hpp"
#include "attnviz/attention/weights.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention::reference {

struct DoubleMatrix {
  std::size_t rows = 0, cols = 0;
  std::vector<double> values;  // [rows, cols]

  DoubleMatrix() = default;
  DoubleMatrix(std::size_t r, std::size_t c) : rows(r), cols(c), values(r * c) {}
  explicit DoubleMatrix(ConstMatrixView matrix);
  double& operator()(std::size_t r, std::size_t c) { return values[r * cols + c]; }
  double operator()(std::size_t r, std::size_t c) const { return values[r * cols + c]; }
};

// activation(x w^T + bias): x [m, k], w [n, k], bias [n] or empty -> [m, n]
DoubleMatrix matmul_transposed(const DoubleMatrix& x, ConstMatrixView w, std::span<const float> bias = {},
                               Activation activation = Activation::none);

// Who may attend to whom, and how scores become weights: as AttentionOptions and AttentionKind have it.
struct Rules {
  KeyMask mask{};
  const PairMask* pairs = nullptr;
  AttentionKind kind{};
};

// A [num_words, num_keys] of one head: query [num_words, head_dim], key [num_keys, head_dim]. The scale by
// 1 / sqrt(head_dim) is in here, where the kind has one.
DoubleMatrix attention_weights(const DoubleMatrix& query, const DoubleMatrix& key, const Rules& rules = {});

// x y: x [m, k], y [k, n] -> [m, n]
DoubleMatrix product(const DoubleMatrix& x, const DoubleMatrix& y);

struct Projections {
  LinearView query, key, value, output;
};

struct Attention {
  DoubleMatrix output;   // [num_words, out_dim]
  DoubleMatrix weights;  // [num_heads * num_words, num_keys]
};

// Multi-head cross-attention as the table in cross_attention.hpp has it.
Attention cross_attention(ConstMatrixView words, ConstMatrixView patches, const Projections& projections,
                          std::size_t num_heads, const Rules& rules = {});

// Of weights [num_heads * num_words, num_keys], over the heads: [num_words, num_keys].
DoubleMatrix head_mean(const DoubleMatrix& weights, std::size_t num_heads);
DoubleMatrix head_max(const DoubleMatrix& weights, std::size_t num_heads);

// The keys of the `count` highest values of each row, the highest first, equal ones by ascending key.
std::vector<std::vector<std::size_t>> top_keys(const DoubleMatrix& weights, std::size_t count);

}  // namespace attnviz::attention::reference
