// Dense row-major float32 matrices: `Matrix` owns, the views borrow.
// A view is valid as long as the matrix it was taken from lives and is not resized.
//
// Glossary of dimensions, used in code, documents and JSON:
//   num_words    N_l  words of one instruction (query side)
//   num_patches  N_v  patches of one image (key/value side), row-major over grid_rows x grid_cols, patch 0 top left
//   model_dim    d    width of a token;  num_heads h;  head_dim d_h = d / h;  num_layers
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <type_traits>

#include "attnviz/core/buffer.hpp"

namespace attnviz {

template <typename T>
class BasicMatrixView {
public:
  BasicMatrixView() = default;
  BasicMatrixView(T* data, std::size_t rows, std::size_t cols, std::size_t stride)
      : data_(data), rows_(rows), cols_(cols), stride_(stride) {
    assert(stride >= cols);
  }
  BasicMatrixView(T* data, std::size_t rows, std::size_t cols) : BasicMatrixView(data, rows, cols, cols) {}
  // A writable view may be read: MatrixView converts to ConstMatrixView. (A template, so that it is no copy
  // constructor.)
  template <typename U>
  requires std::is_same_v<const U, T> BasicMatrixView(const BasicMatrixView<U>& other)
      : BasicMatrixView(other.data(), other.rows(), other.cols(), other.stride()) {}

  T* data() const { return data_; }
  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  std::size_t stride() const { return stride_; }  // floats from one row to the next

  std::span<T> row(std::size_t r) const {
    assert(r < rows_);
    return {data_ + r * stride_, cols_};
  }
  T& operator()(std::size_t r, std::size_t c) const {
    assert(r < rows_ && c < cols_);
    return data_[r * stride_ + c];
  }
  // Rows [begin, begin + count).
  BasicMatrixView row_range(std::size_t begin, std::size_t count) const {
    assert(begin + count <= rows_);
    return {data_ + begin * stride_, count, cols_, stride_};
  }
  // Columns [begin, begin + count) of every row, for example one head of a projection.
  BasicMatrixView columns(std::size_t begin, std::size_t count) const {
    assert(begin + count <= cols_);
    return {data_ + begin, rows_, count, stride_};
  }

private:
  T* data_ = nullptr;
  std::size_t rows_ = 0, cols_ = 0, stride_ = 0;
};

using MatrixView = BasicMatrixView<float>;
using ConstMatrixView = BasicMatrixView<const float>;

class Matrix {
public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t cols);  // zeros
  Matrix(const Matrix& other);
  Matrix(Matrix&& other) noexcept;
  Matrix& operator=(Matrix other) noexcept;
  ~Matrix() = default;

  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return cols_; }
  bool empty() const { return values_.size() == 0; }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }
  std::span<float> row(std::size_t r) { return view().row(r); }
  std::span<const float> row(std::size_t r) const { return view().row(r); }
  float& operator()(std::size_t r, std::size_t c) { return view()(r, c); }
  float operator()(std::size_t r, std::size_t c) const { return view()(r, c); }

  MatrixView view() { return {values_.data(), rows_, cols_}; }
  ConstMatrixView view() const { return {values_.data(), rows_, cols_}; }
  operator MatrixView() { return view(); }
  operator ConstMatrixView() const { return view(); }

private:
  std::size_t rows_ = 0, cols_ = 0;
  Buffer values_;
};

}  // namespace attnviz
