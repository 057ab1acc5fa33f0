#include "attnviz/attention/matmul.hpp"

#include <algorithm>
#include <stdexcept>

#include "attention/kernels/matmul_kernel.hpp"
#include "attention/kernels/softmax_kernel.hpp"
#include "attention/panels.hpp"
#include "attnviz/core/parallel.hpp"
#include "attnviz/core/tensor_check.hpp"

namespace attnviz::attention {
namespace {

// Less work than this (multiply-adds) is not worth handing to another thread: about 10 microseconds.
constexpr std::size_t kMinTaskWork = std::size_t{512} * 1024;

// How the product is cut into tasks: blocks of rows times pairs of panels, which is what the kernel takes at once.
struct Cut {
  std::size_t rows_per_task, panels_per_task, row_tasks, panel_tasks;

  Cut(std::size_t m, std::size_t num_panels, std::size_t k) {
    rows_per_task = matmul_block_rows(m, k);
    const std::size_t pair_work = 2 * kWidth * std::min(m, rows_per_task) * std::max<std::size_t>(k, 1);
    panels_per_task = std::min(2 * ceil_div(kMinTaskWork, pair_work), num_panels);
    const std::size_t blocks = ceil_div(kMinTaskWork, pair_work / 2 * panels_per_task);
    rows_per_task *= blocks;
    row_tasks = ceil_div(m, rows_per_task);
    panel_tasks = ceil_div(num_panels, panels_per_task);
  }
};

void check_shapes(ConstMatrixView x, const PackedMatrix& w, MatrixView y, const Epilogue& epilogue) {
  const bool residual_fits = epilogue.residual.data() == nullptr ||
                             (epilogue.residual.rows() == y.rows() && epilogue.residual.cols() == y.cols());
  const bool bias_fits = epilogue.bias.empty() || epilogue.bias.size() == w.rows();
  if (x.cols() != w.cols() || y.rows() != x.rows() || y.cols() != w.rows() || !residual_fits || !bias_fits) {
    throw std::logic_error("matmul_transposed: x " + shape_text(x.rows(), x.cols()) + ", w " +
                           shape_text(w.rows(), w.cols()) + " and y " + shape_text(y.rows(), y.cols()) +
                           ", the bias or the residual do not fit");
  }
}

// The block of task (row_task, panel_task).
MatmulBlock block_of(ConstMatrixView x, const PackedMatrix& w, MatrixView y, const Epilogue& epilogue, const Cut& cut,
                     std::size_t task) {
  const std::size_t row = task / cut.panel_tasks * cut.rows_per_task;
  const std::size_t panel = task % cut.panel_tasks * cut.panels_per_task;
  const std::size_t col = panel * kWidth;
  MatmulBlock block;
  block.x = x.data() + row * x.stride();
  block.x_row = x.stride();
  block.rows = std::min(cut.rows_per_task, x.rows() - row);
  block.k = x.cols();
  block.w = w.panel(panel);
  block.w_panel = x.cols() * kWidth;
  block.cols = std::min(cut.panels_per_task * kWidth, w.rows() - col);
  if (!epilogue.bias.empty()) block.bias = epilogue.bias.data() + col;
  if (epilogue.residual.data() != nullptr) {
    block.residual = epilogue.residual.data() + row * epilogue.residual.stride() + col;
    block.residual_stride = epilogue.residual.stride();
  }
  block.y = y.data() + row * y.stride() + col;
  block.y_stride = y.stride();
  block.activation = epilogue.activation;
  return block;
}

}  // namespace

std::size_t matmul_block_rows(std::size_t m, std::size_t k) {
  constexpr std::size_t kBlockFloats = std::size_t{96} * 1024, kMostRows = 384, kUnit = 24;
  const std::size_t most = std::clamp<std::size_t>(kBlockFloats / std::max<std::size_t>(k, 1), 2 * kUnit, kMostRows);
  const std::size_t blocks = std::max<std::size_t>((m + most / 2) / most, 1);
  return ceil_div(ceil_div(m, blocks), kUnit) * kUnit;
}

PackedMatrix::PackedMatrix(std::size_t n, std::size_t k, BufferArena* arena) : rows_(n), cols_(k) {
  const std::size_t size = num_panels() * k * kPanelWidth;
  values_ = arena != nullptr ? arena->take(size) : Buffer(size);
}

PackedMatrix::PackedMatrix(std::size_t n, std::size_t k, const RowSource& source, BufferArena* arena)
    : PackedMatrix(n, k, arena) {
  if (!source) return;
  parallel_for(num_panels(), [&](std::size_t index) {
    std::vector<float> rows(kPanelWidth * cols_);  // [kPanelWidth, k], zeros below the last row of w
    const std::size_t first = index * kPanelWidth;
    for (std::size_t r = 0; r < std::min(kPanelWidth, rows_ - first); ++r) {
      source(first + r, {rows.data() + r * cols_, cols_});
    }
    float* out = panel(index);
    for (std::size_t i = 0; i < cols_; ++i) {
      for (std::size_t r = 0; r < kPanelWidth; ++r) out[i * kPanelWidth + r] = rows[r * cols_ + i];
    }
  });
}

PackedMatrix::PackedMatrix(ConstMatrixView w) : rows_(w.rows()), cols_(w.cols()) {
  values_ = Buffer::recycled(num_panels() * cols_ * kPanelWidth);
  parallel_for(num_panels(), [&](std::size_t index) {
    const std::size_t first = index * kPanelWidth, width = std::min(kPanelWidth, rows_ - first);
    if (width < kPanelWidth) std::fill_n(panel(index), cols_ * kPanelWidth, 0.0f);
    transpose(w.data() + first * w.stride(), w.stride(), width, cols_, panel(index), kPanelWidth);
  });
}

void PackedMatrix::unpack_row(std::size_t row, std::span<float> out) const {
  const float* values = panel(row / kPanelWidth) + row % kPanelWidth;
  for (std::size_t i = 0; i < cols_; ++i) out[i] = values[i * kPanelWidth];
}

PackedMatrix PackedMatrix::from_transposed(ConstMatrixView transposed) {
  PackedMatrix packed(transposed.cols(), transposed.rows(), nullptr);
  for (std::size_t index = 0; index < packed.num_panels(); ++index) {
    const std::size_t first = index * kPanelWidth;
    const std::size_t width = std::min(kPanelWidth, packed.rows_ - first);
    float* out = packed.panel(index);
    for (std::size_t i = 0; i < packed.cols_; ++i, out += kPanelWidth) {
      const float* values = transposed.row(i).data() + first;
      std::copy(values, values + width, out);
      std::fill(out + width, out + kPanelWidth, 0.0f);
    }
  }
  return packed;
}

void matmul_transposed(ConstMatrixView x, const PackedMatrix& w, MatrixView y, const Epilogue& epilogue) {
  check_shapes(x, w, y, epilogue);
  if (x.rows() == 0 || w.rows() == 0) return;
  const Cut cut(x.rows(), w.num_panels(), x.cols());
  parallel_for(cut.row_tasks * cut.panel_tasks,
               [&](std::size_t task) { multiply_block(block_of(x, w, y, epilogue, cut, task)); });
}

void matmul_transposed(ConstMatrixView x, ConstMatrixView w, MatrixView y, const Epilogue& epilogue) {
  matmul_transposed(x, PackedMatrix(w), y, epilogue);
}

}  // namespace attnviz::attention
