#include "attnviz/core/matrix.hpp"

#include <algorithm>
#include <utility>

namespace attnviz {

Matrix::Matrix(std::size_t rows, std::size_t cols) : rows_(rows), cols_(cols), values_(Buffer::recycled(rows * cols)) {
  std::fill_n(values_.data(), values_.size(), 0.0f);
}

Matrix::Matrix(const Matrix& other)
    : rows_(other.rows_), cols_(other.cols_), values_(Buffer::recycled(other.values_.size())) {
  std::copy_n(other.values_.data(), values_.size(), values_.data());
}

Matrix::Matrix(Matrix&& other) noexcept
    : rows_(std::exchange(other.rows_, 0)),
      cols_(std::exchange(other.cols_, 0)),
      values_(std::exchange(other.values_, {})) {}

Matrix& Matrix::operator=(Matrix other) noexcept {
  rows_ = std::exchange(other.rows_, 0);
  cols_ = std::exchange(other.cols_, 0);
  values_ = std::exchange(other.values_, {});
  return *this;
}

}  // namespace attnviz
