#include "model/checkpoint/positions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace attnviz::model::checkpoint {
namespace {

// The entries that one place of the result is made of, along one direction.
struct Taps {
  std::array<std::size_t, 4> at{};
  std::array<double, 4> weight{};
};

double cubic(double x) {
  constexpr double a = -0.75;
  x = std::abs(x);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

std::size_t clamped(double index, std::size_t count) {
  return static_cast<std::size_t>(std::clamp(index, 0.0, static_cast<double>(count - 1)));
}

Taps cubic_taps(std::size_t place, std::size_t from, std::size_t to) {
  const double centre = (static_cast<double>(place) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5;
  const double before = std::floor(centre);
  Taps taps;
  for (std::size_t i = 0; i < 4; ++i) {
    const double index = before - 1 + static_cast<double>(i);
    taps.at[i] = clamped(index, from);
    taps.weight[i] = cubic(centre - index);
  }
  return taps;
}

Taps linear_taps(std::size_t place, std::size_t from, std::size_t to) {
  const double at =
      to > 1 ? static_cast<double>(place) * static_cast<double>(from - 1) / static_cast<double>(to - 1) : 0;
  const double before = std::floor(at);
  return {{clamped(before, from), clamped(before + 1, from)}, {1 - (at - before), at - before}};
}

std::vector<Taps> make_taps(std::size_t from, std::size_t to, Interpolation interpolation) {
  std::vector<Taps> taps(to);
  for (std::size_t i = 0; i < to; ++i) {
    taps[i] = interpolation == Interpolation::cubic ? cubic_taps(i, from, to) : linear_taps(i, from, to);
  }
  return taps;
}

}  // namespace

Matrix resize_positions(ConstMatrixView table, std::size_t side, std::size_t rows, std::size_t cols,
                        Interpolation interpolation) {
  if (table.rows() != side * side) throw std::logic_error("resize_positions: not a square table");
  const std::vector<Taps> down = make_taps(side, rows, interpolation), across = make_taps(side, cols, interpolation);
  Matrix out(rows * cols, table.cols());
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < cols; ++c) {
      const std::span<float> to = out.row(r * cols + c);
      for (std::size_t i = 0; i < 16; ++i) {
        const auto weight = static_cast<float>(down[r].weight[i / 4] * across[c].weight[i % 4]);
        if (weight == 0) continue;
        const std::span<const float> from = table.row(down[r].at[i / 4] * side + across[c].at[i % 4]);
        for (std::size_t k = 0; k < to.size(); ++k) to[k] += weight * from[k];
      }
    }
  }
  return out;
}

}  // namespace attnviz::model::checkpoint
