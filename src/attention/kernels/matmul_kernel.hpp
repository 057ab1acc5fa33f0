// One block of a matrix product, on the best instruction set of the machine.
#pragma once

#include <cstddef>

#include "attnviz/attention/matmul.hpp"

namespace attnviz::attention {

// Raw pointers and sizes only: the kernel is compiled once per instruction set and shares no inline code with others.
struct MatmulBlock {
  const float* x = nullptr;  // [rows, k]
  std::size_t x_stride = 0, rows = 0, k = 0;
  const float* panels = nullptr;  // [ceil(cols / kPanelWidth), k, kPanelWidth]
  std::size_t cols = 0;
  const float* bias = nullptr;      // [cols] or null
  const float* residual = nullptr;  // [rows, cols] or null
  std::size_t residual_stride = 0;
  float* y = nullptr;  // [rows, cols]
  std::size_t y_stride = 0;
  Activation activation = Activation::none;
};

void multiply_block(const MatmulBlock& block);

}  // namespace attnviz::attention
