// Register-blocked product: a tile of kRows rows of x times one panel (16 columns) keeps all its sums in registers and
// reads each value of the panel once per tile. This file is compiled once per instruction set (foreach_target).
// No templates of the standard library in here: the linker might keep a copy made for a newer machine for everyone.
#include "attention/kernels/matmul_kernel.hpp"

#include "attention/kernels/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "attention/kernels/matmul_kernel.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace attnviz::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kWidth = PackedMatrix::kPanelWidth;
using Tag = hn::CappedTag<float, kWidth>;
using Vector = hn::Vec<Tag>;
constexpr std::size_t kLanes = hn::MaxLanes(Tag());
constexpr std::size_t kVectors = kWidth / kLanes;  // a panel's row, in vectors
// As many rows as the registers hold sums: 32 registers with AVX-512 and NEON, else 16.
constexpr std::size_t kTileRows = kLanes == 16 ? 12 : (kLanes == 8 || HWY_ARCH_ARM) ? 6 : 3;

HWY_INLINE Vector activate(Activation activation, Vector v) {
  const Tag d;
  if (activation == Activation::none) return v;
  v = hn::Max(v, hn::Zero(d));
  return activation == Activation::relu ? v : hn::Min(v, hn::Set(d, 6.0f));
}

// Finishes one row of a tile whose panel is full. `y`, `bias`, `residual` point at the panel's first column.
HWY_INLINE void store_full(const Vector* sums, const float* bias, const float* residual, Activation activation,
                           float* y) {
  const Tag d;
  for (std::size_t v = 0; v < kVectors; ++v) {
    Vector sum = sums[v];
    if (bias != nullptr) sum = hn::Add(sum, hn::LoadU(d, bias + v * kLanes));
    sum = activate(activation, sum);
    if (residual != nullptr) sum = hn::Add(sum, hn::LoadU(d, residual + v * kLanes));
    hn::StoreU(sum, d, y + v * kLanes);
  }
}

// The same for the last, partly filled panel: through padded copies, so that nothing beyond the row is touched.
HWY_INLINE void store_partial(const Vector* sums, const float* bias, const float* residual, Activation activation,
                              float* y, std::size_t cols) {
  HWY_ALIGN float padded_bias[kWidth] = {}, padded_residual[kWidth] = {}, padded_y[kWidth];
  for (std::size_t c = 0; c < cols && bias != nullptr; ++c) padded_bias[c] = bias[c];
  for (std::size_t c = 0; c < cols && residual != nullptr; ++c) padded_residual[c] = residual[c];
  store_full(sums, padded_bias, padded_residual, activation, padded_y);
  for (std::size_t c = 0; c < cols; ++c) y[c] = padded_y[c];
}

// Rows [row, row + kRows) of the block times panel `panel`.
template <std::size_t kRows>
HWY_INLINE void multiply_tile(const MatmulBlock& block, std::size_t row, std::size_t panel) {
  const Tag d;
  const float* HWY_RESTRICT w = block.panels + panel * block.k * kWidth;
  const float* HWY_RESTRICT x = block.x + row * block.x_stride;
  const std::size_t stride = block.x_stride;
  Vector sums[kRows][kVectors];
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::Zero(d);
  }
  for (std::size_t i = 0; i < block.k; ++i) {
    Vector right[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) right[v] = hn::Load(d, w + i * kWidth + v * kLanes);
    for (std::size_t r = 0; r < kRows; ++r) {
      const Vector left = hn::Set(d, x[r * stride + i]);
      for (std::size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(left, right[v], sums[r][v]);
    }
  }
  const std::size_t col = panel * kWidth;
  const std::size_t cols = block.cols - col < kWidth ? block.cols - col : kWidth;
  const float* bias = block.bias == nullptr ? nullptr : block.bias + col;
  for (std::size_t r = 0; r < kRows; ++r) {
    float* y = block.y + (row + r) * block.y_stride + col;
    const float* residual =
        block.residual == nullptr ? nullptr : block.residual + (row + r) * block.residual_stride + col;
    if (cols == kWidth) {
      store_full(sums[r], bias, residual, block.activation, y);
    } else {
      store_partial(sums[r], bias, residual, block.activation, y, cols);
    }
  }
}

// As many tiles of kRows rows as fit; returns the first row that is left.
template <std::size_t kRows>
HWY_INLINE std::size_t multiply_rows(const MatmulBlock& block, std::size_t row, std::size_t panel) {
  if constexpr (kRows <= kTileRows) {
    for (; row + kRows <= block.rows; row += kRows) multiply_tile<kRows>(block, row, panel);
  }
  return row;
}

void multiply_block(const MatmulBlock& block) {
  for (std::size_t panel = 0; panel * kWidth < block.cols; ++panel) {
    std::size_t row = multiply_rows<12>(block, 0, panel);
    row = multiply_rows<6>(block, row, panel);
    row = multiply_rows<3>(block, row, panel);
    multiply_rows<1>(block, row, panel);
  }
}

}  // namespace attnviz::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace attnviz::attention {

HWY_EXPORT(multiply_block);

void multiply_block(const MatmulBlock& block) { HWY_DYNAMIC_DISPATCH(multiply_block)(block); }

}  // namespace attnviz::attention
#endif
