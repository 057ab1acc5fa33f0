// The inner loop of a depthwise convolution: weighted sums over windows of a feature map [cells, channels], each
// channel by itself.
#pragma once

#include <cstddef>

#include "attnviz/attention/matmul.hpp"

namespace attnviz::attention {

// For output cells i in [0, count) and channels c:
//   y[i, c] = activation(bias[c] + sum over ky < rows and kx < cols of
//                        taps[ky * tap_row + kx * channels + c] * x[i * x_step + ky * x_row + kx * channels + c])
// Nothing is owned, no pointer may be null, y overlaps nothing else.
struct WindowSum {
  const float* x = nullptr;  // the window's first cell of output 0
  std::size_t x_row = 0, x_step = 0;
  const float* taps = nullptr;
  std::size_t tap_row = 0;
  std::size_t rows = 0, cols = 0;  // of the window
  const float* bias = nullptr;     // [channels]
  float* y = nullptr;              // [count, channels]
  std::size_t count = 0, channels = 0;
  Activation activation = Activation::none;
};

void window_sum(const WindowSum& sum);

}  // namespace attnviz::attention
