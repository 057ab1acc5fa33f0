#include "attnviz/core/tensor_check.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace attnviz {

std::string shape_text(std::size_t rows, std::size_t cols) {
  std::string text = "[";
  return text.append(std::to_string(rows)).append(", ").append(std::to_string(cols)).append("]");
}

// By the bits, which the compiler turns into vector code: this looks at every number of every call.
bool all_finite(ConstMatrixView matrix) {
  constexpr std::uint32_t kMagnitude = 0x7fffffff, kInfinity = 0x7f800000;
  std::uint32_t largest = 0;
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    for (const float value : matrix.row(r))
      largest = std::max(largest, std::bit_cast<std::uint32_t>(value) & kMagnitude);
  }
  return largest < kInfinity;
}

std::string find_not_finite(ConstMatrixView matrix) {
  if (all_finite(matrix)) return "";
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    for (std::size_t c = 0; c < matrix.cols(); ++c) {
      if (std::isfinite(matrix(r, c))) continue;
      return "the number at " + shape_text(r, c) + " of " + shape_text(matrix.rows(), matrix.cols()) + " is " +
             (std::isnan(matrix(r, c)) ? "NaN" : "infinite");
    }
  }
  return "";
}

}  // namespace attnviz
