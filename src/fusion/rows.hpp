// Rows of matrices: copies, means; one below or beside the other. Private to fusion.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>

#include "attnviz/attention/mask.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/layers.hpp"

namespace attnviz::fusion {

inline void copy_rows(ConstMatrixView from, MatrixView to) {
  for (std::size_t r = 0; r < from.rows(); ++r) std::ranges::copy(from.row(r), to.row(r).begin());
}

// One part below the other; parts without rows leave no trace.
inline Matrix stack(std::initializer_list<ConstMatrixView> parts) {
  std::size_t rows = 0, cols = 0;
  for (const ConstMatrixView part : parts) {
    rows += part.rows();
    cols = std::max(cols, part.cols());
  }
  Matrix all(rows, cols);
  std::size_t begin = 0;
  for (const ConstMatrixView part : parts) {
    copy_rows(part, all.view().row_range(begin, part.rows()));
    begin += part.rows();
  }
  return all;
}

// [left_r; right_r] for every row r; a side of a single row is repeated.
inline Matrix beside(ConstMatrixView left, ConstMatrixView right) {
  Matrix all(std::max(left.rows(), right.rows()), left.cols() + right.cols());
  for (std::size_t r = 0; r < all.rows(); ++r) {
    const auto end = std::ranges::copy(left.row(left.rows() == 1 ? 0 : r), all.row(r).begin()).out;
    std::ranges::copy(right.row(right.rows() == 1 ? 0 : r), end);
  }
  return all;
}

// [1, cols]: the mean of the rows that the mask has (empty: all); zeros where it has none.
inline Matrix mean_row(ConstMatrixView x, attention::KeyMask mask = {}) {
  Matrix mean(1, x.cols());
  float count = 0;
  for (std::size_t r = 0; r < x.rows(); ++r) {
    if (!mask.empty() && mask[r] == 0) continue;
    add(mean, x.row_range(r, 1));
    ++count;
  }
  for (float& value : mean.row(0)) value /= std::max(count, 1.0f);
  return mean;
}

}  // namespace attnviz::fusion
