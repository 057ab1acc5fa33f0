// Matrices and the views on them.
#include "attnviz/core/matrix.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>

using attnviz::ConstMatrixView;
using attnviz::Matrix;
using attnviz::MatrixView;

namespace {

// [rows, cols], element (r, c) is 10 r + c
Matrix numbered(std::size_t rows, std::size_t cols) {
  Matrix matrix(rows, cols);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) matrix(r, c) = static_cast<float>(10 * r + c);
  }
  return matrix;
}

}  // namespace

TEST_CASE("a new matrix is zero, aligned and row-major") {
  Matrix matrix(3, 5);
  CHECK(matrix.rows() == 3);
  CHECK(matrix.cols() == 5);
  CHECK_FALSE(matrix.empty());
  CHECK(std::all_of(matrix.data(), matrix.data() + 15, [](float v) { return v == 0; }));
  CHECK(reinterpret_cast<std::uintptr_t>(matrix.data()) % 64 == 0);
  matrix(1, 2) = 7;
  CHECK(matrix.data()[7] == 7);
  CHECK(Matrix().empty());
}

TEST_CASE("a copy is a copy, a view is none") {
  Matrix matrix = numbered(2, 3);
  const Matrix copy = matrix;
  const MatrixView view = matrix;
  view(1, 1) = -1;
  CHECK(matrix(1, 1) == -1);
  CHECK(copy(1, 1) == 11);
  const ConstMatrixView readable = view;
  CHECK(readable.data() == matrix.data());
}

TEST_CASE("columns keep the stride") {
  const Matrix matrix = numbered(3, 8);
  const ConstMatrixView head = matrix.view().columns(2, 3);
  CHECK(head.rows() == 3);
  CHECK(head.cols() == 3);
  CHECK(head.stride() == 8);
  CHECK(head(2, 0) == 22);
  CHECK(head.row(1).size() == 3);
  CHECK(head.row(1)[2] == 14);
  CHECK(head.columns(1, 1)(0, 0) == 3);
}
