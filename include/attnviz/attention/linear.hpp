// A linear layer, y = x W^T + b, with W [out, in] as PyTorch keeps it.
// `LinearView` borrows plain weights, `Linear` owns packed ones.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "attnviz/attention/matmul.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

struct LinearView {
  ConstMatrixView weight;       // [out, in]
  std::span<const float> bias;  // [out] or empty
};

class Linear {
public:
  Linear() = default;
  Linear(PackedMatrix weight, std::vector<float> bias);
  explicit Linear(const LinearView& weights);

  std::size_t in_dim() const { return weight_.cols(); }
  std::size_t out_dim() const { return weight_.rows(); }
  const PackedMatrix& weight() const { return weight_; }
  std::span<const float> bias() const { return bias_; }  // [out] or empty

  // x [rows, in] -> [rows, out]. The caller has checked that the widths fit.
  Matrix forward(ConstMatrixView x, Activation activation = Activation::none) const;
  // The same into y; `residual` [rows, out] is added after the activation and may be y itself.
  void forward_into(ConstMatrixView x, MatrixView y, Activation activation = Activation::none,
                    ConstMatrixView residual = {}) const;

private:
  PackedMatrix weight_;
  std::vector<float> bias_;  // [out] or empty
};

}  // namespace attnviz::attention
