#include "attnviz/attention/linear.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "attnviz/core/tensor_check.hpp"

namespace attnviz::attention {

Linear::Linear(PackedMatrix weight, std::vector<float> bias) : weight_(std::move(weight)), bias_(std::move(bias)) {
  if (!bias_.empty() && bias_.size() != out_dim()) {
    throw std::logic_error("Linear: bias [" + std::to_string(bias_.size()) + "] does not fit the weight " +
                           shape_text(out_dim(), in_dim()));
  }
}

Linear::Linear(const LinearView& weights)
    : Linear(PackedMatrix(weights.weight), {weights.bias.begin(), weights.bias.end()}) {}

Matrix Linear::forward(ConstMatrixView x, Activation activation) const {
  Matrix y(x.rows(), out_dim());
  forward_into(x, y, activation);
  return y;
}

void Linear::forward_into(ConstMatrixView x, MatrixView y, Activation activation, ConstMatrixView residual) const {
  matmul_transposed(x, weight_, y, {bias_, activation, residual});
}

}  // namespace attnviz::attention
