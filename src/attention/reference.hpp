// The definitions, in double precision and plain loops. Slow and obvious; stays for ever: every fast path is tested
// against it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "attnviz/attention/linear.hpp"
#include "attnviz/attention/matmul.hpp"
#include "attnviz/attention/softmax.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention::reference {

struct DoubleMatrix {
  std::size_t rows = 0, cols = 0;
  std::vector<double> values;  // [rows, cols]

  DoubleMatrix(std::size_t r, std::size_t c) : rows(r), cols(c), values(r * c) {}
  explicit DoubleMatrix(ConstMatrixView matrix);
  double& operator()(std::size_t r, std::size_t c) { return values[r * cols + c]; }
  double operator()(std::size_t r, std::size_t c) const { return values[r * cols + c]; }
};

// activation(x w^T + bias): x [m, k], w [n, k], bias [n] or empty -> [m, n]
DoubleMatrix matmul_transposed(const DoubleMatrix& x, ConstMatrixView w, std::span<const float> bias = {},
                               Activation activation = Activation::none);

struct Attention {
  DoubleMatrix output;   // [num_words, out_dim]
  DoubleMatrix weights;  // [num_heads * num_words, num_keys]
};

// Multi-head cross-attention as the table in cross_attention.hpp has it. Shapes must fit.
Attention cross_attention(ConstMatrixView words, ConstMatrixView patches, const LinearView& query,
                          const LinearView& key, const LinearView& value, const LinearView& output,
                          std::size_t num_heads, KeyMask mask = {});

}  // namespace attnviz::attention::reference
