#include "attnviz/fusion/layers.hpp"

#include <cmath>
#include <stdexcept>

#include "attnviz/core/error.hpp"

namespace attnviz::fusion {

LayerNorm::LayerNorm(std::vector<float> weight, std::vector<float> bias, const std::string& name, double epsilon)
    : weight_(std::move(weight)), bias_(std::move(bias)), epsilon_(epsilon) {
  if (weight_.size() != bias_.size()) {
    throw Error(ErrorCode::model, name,
                "weight has " + std::to_string(weight_.size()) + " values, bias " + std::to_string(bias_.size()));
  }
}

void LayerNorm::apply(MatrixView x) const {
  if (x.cols() != dim()) throw std::logic_error("LayerNorm: shapes do not fit");
  for (std::size_t r = 0; r < x.rows(); ++r) {
    const std::span<float> row = x.row(r);
    double sum = 0, squares = 0;
    for (const float value : row) sum += value;
    const double mean = sum / static_cast<double>(dim());
    for (const float value : row) squares += (value - mean) * (value - mean);
    const auto scale = static_cast<float>(1.0 / std::sqrt(squares / static_cast<double>(dim()) + epsilon_));
    const auto shift = static_cast<float>(mean);
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = (row[c] - shift) * scale * weight_[c] + bias_[c];
  }
}

FeedForward::FeedForward(attention::Linear up, attention::Linear down, const std::string& name,
                         attention::Activation activation)
    : up_(std::move(up)), down_(std::move(down)), activation_(activation) {
  if (down_.in_dim() != up_.out_dim() || down_.out_dim() != up_.in_dim()) {
    throw Error(ErrorCode::model, name,
                "down (" + std::to_string(down_.in_dim()) + " to " + std::to_string(down_.out_dim()) +
                    ") does not undo up (" + std::to_string(up_.in_dim()) + " to " + std::to_string(up_.out_dim()) +
                    ")");
  }
}

Matrix FeedForward::forward(ConstMatrixView x) const {
  return down_.forward(up_.forward(x, activation_));  // [tokens, hidden] between
}

void add(MatrixView x, ConstMatrixView y, float gain) {
  if (x.rows() != y.rows() || x.cols() != y.cols()) throw std::logic_error("add: shapes do not fit");
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (std::size_t c = 0; c < x.cols(); ++c) x(r, c) += gain * y(r, c);
  }
}

}  // namespace attnviz::fusion
