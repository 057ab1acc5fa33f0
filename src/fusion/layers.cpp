#include "attnviz/fusion/layers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "attnviz/core/buffer.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/core/parallel.hpp"

namespace attnviz::fusion {
namespace {

constexpr std::size_t kMinTaskValues = 16384;  // less is not worth handing to another thread

// In several chains, which do not wait for each other.
template <typename Term>
double sum_of(std::span<const float> values, const Term& term) {
  constexpr std::size_t kChains = 8;
  std::array<double, kChains> sums{};
  std::size_t i = 0;
  for (; i + kChains <= values.size(); i += kChains) {
    for (std::size_t chain = 0; chain < kChains; ++chain) sums[chain] += term(values[i + chain]);
  }
  for (; i < values.size(); ++i) sums[0] += term(values[i]);
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

// Rows are shared among threads.
template <typename Work>
void for_each_row(ConstMatrixView x, const Work& work) {
  const std::size_t rows_at_once = std::max<std::size_t>(kMinTaskValues / std::max<std::size_t>(x.cols(), 1), 1);
  parallel_for((x.rows() + rows_at_once - 1) / rows_at_once, [&](std::size_t task) {
    const std::size_t begin = task * rows_at_once, end = std::min(begin + rows_at_once, x.rows());
    for (std::size_t r = begin; r < end; ++r) work(r);
  });
}

}  // namespace

LayerNorm::LayerNorm(std::vector<float> weight, std::vector<float> bias, const std::string& name, double epsilon)
    : weight_(std::move(weight)), bias_(std::move(bias)), epsilon_(epsilon) {
  if (weight_.size() != bias_.size()) {
    throw Error(ErrorCode::model, name,
                "weight has " + std::to_string(weight_.size()) + " values, bias " + std::to_string(bias_.size()));
  }
}

void LayerNorm::apply(MatrixView x) const {
  if (x.cols() != dim()) throw std::logic_error("LayerNorm: shapes do not fit");
  for_each_row(x, [&](std::size_t r) { apply_row(x.row(r)); });
}

void LayerNorm::apply_row(std::span<float> row) const {
  const auto count = static_cast<double>(dim());
  const double mean = sum_of(row, [](double value) { return value; }) / count;
  const double variance = sum_of(row, [mean](double value) { return (value - mean) * (value - mean); }) / count;
  const auto scale = static_cast<float>(1.0 / std::sqrt(variance + epsilon_));
  const auto shift = static_cast<float>(mean);
  for (std::size_t c = 0; c < row.size(); ++c) row[c] = (row[c] - shift) * scale * weight_[c] + bias_[c];
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
  Buffer buffer = Buffer::recycled(x.rows() * up_.out_dim());
  const MatrixView hidden(buffer.data(), x.rows(), up_.out_dim());  // [tokens, hidden]
  up_.forward_into(x, hidden, activation_);
  return down_.forward(hidden);
}

void add(MatrixView x, ConstMatrixView y, float gain) {
  if (x.rows() != y.rows() || x.cols() != y.cols()) throw std::logic_error("add: shapes do not fit");
  for_each_row(x, [&](std::size_t r) {
    for (std::size_t c = 0; c < x.cols(); ++c) x(r, c) += gain * y(r, c);
  });
}

}  // namespace attnviz::fusion
