// A matrix that lives during one call: its memory is recycled and holds anything at first.
#pragma once

#include <cstddef>

#include "attnviz/core/buffer.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

class ScratchMatrix {
public:
  ScratchMatrix(std::size_t rows, std::size_t cols)
      : values_(Buffer::recycled(rows * cols)), view_(values_.data(), rows, cols) {}

  ScratchMatrix(ScratchMatrix&&) = default;
  ScratchMatrix(const ScratchMatrix&) = delete;

  MatrixView view() { return view_; }
  ConstMatrixView view() const { return view_; }
  operator MatrixView() { return view_; }
  operator ConstMatrixView() const { return view_; }

private:
  Buffer values_;
  MatrixView view_;
};

}  // namespace attnviz::attention
