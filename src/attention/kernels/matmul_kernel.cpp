// Register-blocked product: a tile of kRows rows of x times one or two panels (16 columns each) keeps all its sums in
// registers and reads each value of a panel once per tile. This file is compiled once per instruction set
// (foreach_target). No templates of the standard library in here: the linker might keep a copy made for a newer machine
// for everyone.
#include "attention/kernels/matmul_kernel.hpp"

#include "attention/kernels/isa.hpp"
#include "attention/kernels/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "attention/kernels/matmul_kernel.cpp"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"

#include "attention/kernels/activate-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace attnviz::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t kWidth = PackedMatrix::kPanelWidth;
using Tag = hn::CappedTag<float, kWidth>;
using Vector = hn::Vec<Tag>;
constexpr std::size_t kLanes = hn::MaxLanes(Tag());
constexpr std::size_t kVectors = kWidth / kLanes;              // a panel's row, in vectors
constexpr bool kManyRegisters = kLanes == 16 || HWY_ARCH_ARM;  // 32 with AVX-512 and NEON, else 16
// The tile holds as many sums as hide the latency of a multiply-add and still fit the registers.
constexpr std::size_t kTileRows = kLanes == 16 ? 8 : (kLanes == 8 || kManyRegisters) ? 6 : 3;
constexpr std::size_t kTilePanels = kLanes == 16 ? 2 : 1;
constexpr std::size_t kFewRows = 3;

// What one row of a tile needs to be finished; all but `decay` point at the panel's first column.
struct RowEnd {
  const float* bias;
  const float* residual;
  const float* decay;
  Activation activation;
};

HWY_INLINE void store_full(const Vector* sums, const RowEnd& end, float* y) {
  const Tag d;
  for (std::size_t v = 0; v < kVectors; ++v) {
    Vector sum = sums[v];
    if (end.bias != nullptr) sum = hn::Add(sum, hn::LoadU(d, end.bias + v * kLanes));
    sum = activate(end.activation, sum);
    if (end.residual != nullptr) sum = hn::Add(sum, hn::LoadU(d, end.residual + v * kLanes));
    if (end.decay != nullptr) sum = hn::MulAdd(hn::Set(d, *end.decay), hn::LoadU(d, y + v * kLanes), sum);
    hn::StoreU(sum, d, y + v * kLanes);
  }
}

// The same for the last, partly filled panel: through padded copies, so that nothing beyond the row is touched.
HWY_INLINE void store_partial(const Vector* sums, const RowEnd& end, float* y, std::size_t cols) {
  HWY_ALIGN float bias[kWidth] = {}, residual[kWidth] = {}, padded_y[kWidth] = {};
  for (std::size_t c = 0; c < cols && end.bias != nullptr; ++c) bias[c] = end.bias[c];
  for (std::size_t c = 0; c < cols && end.residual != nullptr; ++c) residual[c] = end.residual[c];
  for (std::size_t c = 0; c < cols && end.decay != nullptr; ++c) padded_y[c] = y[c];
  store_full(sums, {bias, residual, end.decay, end.activation}, padded_y);
  for (std::size_t c = 0; c < cols; ++c) y[c] = padded_y[c];
}

// Writes row `row` of the block; `sums` are those of panels [panel, panel + kPanels).
template <std::size_t kPanels>
HWY_INLINE void finish_row(const MatmulBlock& block, std::size_t row, std::size_t panel, const Vector* sums) {
  for (std::size_t p = 0; p < kPanels; ++p) {
    const std::size_t col = (panel + p) * kWidth;
    const RowEnd end{block.bias == nullptr ? nullptr : block.bias + col,
                     block.residual == nullptr ? nullptr : block.residual + row * block.residual_stride + col,
                     block.decay == nullptr ? nullptr : block.decay + row, block.activation};
    float* y = block.y + row * block.y_stride + col;
    if (block.cols - col >= kWidth) {
      store_full(sums + p * kVectors, end, y);
    } else {
      store_partial(sums + p * kVectors, end, y, block.cols - col);
    }
  }
}

// Nothing is done to the sums: worth a shorter way where k is small, as it is for attention scores.
HWY_INLINE bool stores_sums_alone(const MatmulBlock& block) {
  return block.bias == nullptr && block.residual == nullptr && block.decay == nullptr &&
         block.activation == Activation::none;
}

// Rows [row, row + kRows) of the block times panels [panel, panel + kPanels). kRowMajor: x_step is 1, else x_row is.
template <std::size_t kRows, std::size_t kPanels, bool kRowMajor>
HWY_INLINE void multiply_tile(const MatmulBlock& block, std::size_t row, std::size_t panel) {
  const Tag d;
  const std::size_t x_row = kRowMajor ? block.x_row : 1, x_step = kRowMajor ? 1 : block.x_step;
  const std::size_t w_step = block.w_step, w_panel = block.w_panel;
  const float* HWY_RESTRICT w = block.w + panel * w_panel;
  const float* HWY_RESTRICT x = block.x + row * x_row;
  const float* next_x = row + 2 * kRows <= block.rows ? x + kRows * x_row : x;  // the next tile's rows
  Vector sums[kRows][kPanels * kVectors];
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t v = 0; v < kPanels * kVectors; ++v) sums[r][v] = hn::Zero(d);
    for (std::size_t p = 0; p < kPanels && block.decay != nullptr; ++p) {
      hwy::Prefetch(block.y + (row + r) * block.y_stride + (panel + p) * kWidth);
    }
  }
  for (std::size_t begin = 0; begin < block.k; begin += kWidth) {
    const float* ahead = begin + kWidth < block.k ? x + begin + kWidth : next_x;
    for (std::size_t r = 0; r < kRows && kRowMajor; ++r) hwy::Prefetch(ahead + r * x_row);
    const std::size_t end = block.k - begin < kWidth ? block.k : begin + kWidth;
    for (std::size_t i = begin; i < end; ++i) {
      Vector right[kPanels * kVectors];
      for (std::size_t v = 0; v < kPanels * kVectors; ++v) {
        right[v] = hn::Load(d, w + v / kVectors * w_panel + i * w_step + v % kVectors * kLanes);
      }
      for (std::size_t r = 0; r < kRows; ++r) {
        const Vector left = hn::Set(d, x[r * x_row + i * x_step]);
        for (std::size_t v = 0; v < kPanels * kVectors; ++v) sums[r][v] = hn::MulAdd(left, right[v], sums[r][v]);
      }
    }
  }
  if (stores_sums_alone(block) && block.cols >= (panel + kPanels) * kWidth) {
    float* y = block.y + row * block.y_stride + panel * kWidth;
    for (std::size_t r = 0; r < kRows; ++r) {
      for (std::size_t v = 0; v < kPanels * kVectors; ++v)
        hn::StoreU(sums[r][v], d, y + r * block.y_stride + v * kLanes);
    }
    return;
  }
  for (std::size_t r = 0; r < kRows; ++r) finish_row<kPanels>(block, row + r, panel, sums[r]);
}

// As many tiles of kRows rows as fit; returns the first row that is left.
template <std::size_t kRows, std::size_t kPanels, bool kRowMajor>
HWY_INLINE std::size_t multiply_rows(const MatmulBlock& block, std::size_t row, std::size_t panel) {
  for (; row + kRows <= block.rows; row += kRows) multiply_tile<kRows, kPanels, kRowMajor>(block, row, panel);
  return row;
}

// Tiles of at most kMaxRows rows, down to the last row.
template <std::size_t kMaxRows, std::size_t kPanels, bool kRowMajor>
HWY_INLINE void multiply_panels(const MatmulBlock& block, std::size_t panel) {
  std::size_t row = 0;
  if constexpr (kMaxRows >= 8) row = multiply_rows<8, kPanels, kRowMajor>(block, row, panel);
  if constexpr (kMaxRows >= 6) row = multiply_rows<6, kPanels, kRowMajor>(block, row, panel);
  if constexpr (kMaxRows >= 4) row = multiply_rows<4, kPanels, kRowMajor>(block, row, panel);
  row = multiply_rows<3, kPanels, kRowMajor>(block, row, panel);
  row = multiply_rows<2, kPanels, kRowMajor>(block, row, panel);
  multiply_rows<1, kPanels, kRowMajor>(block, row, panel);
}

template <bool kRowMajor>
HWY_INLINE void multiply_all(const MatmulBlock& block) {
  const std::size_t num_panels = (block.cols + kWidth - 1) / kWidth;
  std::size_t panel = 0;
  if (block.rows <= kFewRows) {  // more panels at once instead, or there would be too few sums to keep the units busy
    for (; panel + 2 * kTilePanels <= num_panels; panel += 2 * kTilePanels) {
      multiply_panels<kFewRows, 2 * kTilePanels, kRowMajor>(block, panel);
    }
  }
  for (; panel + kTilePanels <= num_panels; panel += kTilePanels) {
    multiply_panels<kTileRows, kTilePanels, kRowMajor>(block, panel);
  }
  for (; panel < num_panels; ++panel) multiply_panels<kTileRows, 1, kRowMajor>(block, panel);
}

void multiply_block(const MatmulBlock& block) {
  if (block.x_step == 1) {
    multiply_all<true>(block);
  } else {
    multiply_all<false>(block);
  }
}

}  // namespace attnviz::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace attnviz::attention {

HWY_EXPORT(multiply_block);

void multiply_block(const MatmulBlock& block) {
  apply_isa_from_environment();
  HWY_DYNAMIC_DISPATCH(multiply_block)(block);
}

}  // namespace attnviz::attention
#endif
