#include "attnviz/fusion/positions.hpp"

#include <cmath>
#include <span>
#include <stdexcept>

namespace attnviz::fusion {
namespace {

// Row x of the result codes position x: [positions, width].
Matrix position_table(std::size_t positions, std::size_t width) {
  Matrix table(positions, width);
  for (std::size_t i = 0; i + 1 < width; i += 2) {
    const double wavelength = std::pow(10000.0, static_cast<double>(i) / static_cast<double>(width));
    for (std::size_t x = 0; x < positions; ++x) {
      const double angle = static_cast<double>(x) / wavelength;
      table(x, i) = static_cast<float>(std::sin(angle));
      table(x, i + 1) = static_cast<float>(std::cos(angle));
    }
  }
  return table;
}

void add_scaled(std::span<float> x, std::span<const float> code, float gain) {
  for (std::size_t c = 0; c < code.size(); ++c) x[c] += gain * code[c];
}

}  // namespace

void add_positions_1d(MatrixView x, float gain) {
  if (x.cols() % 2 != 0) throw std::logic_error("add_positions_1d: odd width");
  const Matrix table = position_table(x.rows(), x.cols());
  for (std::size_t r = 0; r < x.rows(); ++r) add_scaled(x.row(r), table.row(r), gain);
}

void add_positions_2d(MatrixView x, std::size_t grid_rows, std::size_t grid_cols, float gain) {
  if (x.cols() % 4 != 0 || x.rows() != grid_rows * grid_cols) {
    throw std::logic_error("add_positions_2d: shapes do not fit");
  }
  const std::size_t half = x.cols() / 2;
  const Matrix row_codes = position_table(grid_rows, half);
  const Matrix col_codes = position_table(grid_cols, half);
  for (std::size_t row = 0; row < grid_rows; ++row) {
    for (std::size_t col = 0; col < grid_cols; ++col) {
      const std::span<float> token = x.row(row * grid_cols + col);
      add_scaled(token.first(half), row_codes.row(row), gain);
      add_scaled(token.last(half), col_codes.row(col), gain);
    }
  }
}

}  // namespace attnviz::fusion
