// Sums over windows, against the definition in double precision.
#include "attnviz/attention/window_sum.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "attnviz/core/matrix.hpp"
#include "support/isa_line.hpp"
#include "support/random_matrix.hpp"

using namespace attnviz;
using namespace attnviz::attention;

namespace {

constexpr std::size_t kWidth = 24, kKernel = 5;  // of the map, in cells; of the taps' square

double expected(const WindowSum& s, std::size_t cell, std::size_t channel) {
  double sum = s.bias[channel];
  for (std::size_t ky = 0; ky < s.rows; ++ky) {
    for (std::size_t kx = 0; kx < s.cols; ++kx) {
      sum += double{s.taps[ky * s.tap_row + kx * s.channels + channel]} *
             s.x[cell * s.x_step + ky * s.x_row + kx * s.channels + channel];
    }
  }
  if (s.activation == Activation::none) return sum;
  return s.activation == Activation::relu ? std::max(sum, 0.0) : std::clamp(sum, 0.0, 6.0);
}

// The largest error over all outputs; what lies behind the last of them must stay as it was.
double error_of(std::size_t channels, std::size_t count, std::size_t stride, std::size_t rows, std::size_t cols,
                Activation activation) {
  const Matrix map = test::random_matrix(kKernel * kWidth, channels, 1);
  const Matrix taps = test::random_matrix(kKernel * kKernel, channels, 2), bias = test::random_matrix(1, channels, 3);
  constexpr float kUntouched = 77;
  Matrix y(count + 1, channels);
  std::ranges::fill(y.row(count), kUntouched);
  const WindowSum sum{map.data(), kWidth * channels, stride * channels, taps.data(), kKernel * channels, rows,
                      cols,       bias.data(),       y.data(),          count,       channels,           activation};
  window_sum(sum);
  double error = 0;
  for (std::size_t cell = 0; cell < count; ++cell) {
    for (std::size_t c = 0; c < channels; ++c) {
      error = std::max(error, std::fabs(y(cell, c) - expected(sum, cell, c)));
    }
  }
  for (const float value : y.row(count)) CHECK(value == kUntouched);
  return error;
}

}  // namespace

TEST_CASE("sums equal the definition: any number of channels and outputs, strides, clipped windows, activations") {
  for (const std::size_t channels : {1, 3, 4, 15, 16, 17, 32, 45, 64, 240}) {
    for (const std::size_t count : {1, 2, 3, 4, 5, 9}) {
      CAPTURE(channels);
      CAPTURE(count);
      CHECK(error_of(channels, count, 1, 5, 5, Activation::none) < 1e-4);
      CHECK(error_of(channels, count, 2, 3, 3, Activation::relu6) < 1e-4);
      CHECK(error_of(channels, count, 1, 2, 4, Activation::relu) < 1e-4);
      CHECK(error_of(channels, count, 2, 5, 1, Activation::relu6) < 1e-4);
    }
  }
}
