// One block of a matrix product, on the best instruction set of the machine.
#pragma once

#include <cstddef>

#include "attnviz/attention/matmul.hpp"

namespace attnviz::attention {

// Raw pointers and sizes only: the kernel is compiled once per instruction set and shares no inline code with others.
struct MatmulBlock {
  // Left operand x [rows, k]: element (r, i) is x[r * x_row + i * x_step]; one of the two is 1.
  const float* x = nullptr;
  std::size_t x_row = 0, x_step = 1, rows = 0, k = 0;
  // Right operand: the kPanelWidth values of panel p at step i begin at w[p * w_panel + i * w_step]. Readable to the
  // full width of the last panel; aligned as PackedMatrix is.
  const float* w = nullptr;
  std::size_t w_panel = 0, w_step = PackedMatrix::kPanelWidth, cols = 0;
  const float* bias = nullptr;      // [cols] or null
  const float* residual = nullptr;  // [rows, cols] or null
  std::size_t residual_stride = 0;
  const float* decay = nullptr;  // [rows] or null: y = sum + decay[r] * y instead of y = sum
  float* y = nullptr;            // [rows, cols]
  std::size_t y_stride = 0;
  Activation activation = Activation::none;
};

void multiply_block(const MatmulBlock& block);

}  // namespace attnviz::attention
