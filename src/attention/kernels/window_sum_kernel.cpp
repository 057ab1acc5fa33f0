// This file is compiled once per instruction set (foreach_target); see matmul_kernel.cpp.
#include "attnviz/attention/window_sum.hpp"

#include "attention/kernels/isa.hpp"
#include "attention/kernels/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "attention/kernels/window_sum_kernel.cpp"
#include "hwy/foreach_target.h"

#include "attention/kernels/activate-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace attnviz::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using OneLane = hn::CappedTag<float, 1>;
// Sums of a tile: eight hide the latency of a multiply-add, and output cells share the taps that are loaded.
constexpr std::size_t kTileCells = 4, kTileVectors = 2;

// Outputs [cell, cell + kCells) and kVectors vectors of channels from `channel` on.
template <class D, std::size_t kCells, std::size_t kVectors>
HWY_INLINE void sum_tile(D d, const WindowSum& s, std::size_t cell, std::size_t channel) {
  using Vector = hn::Vec<D>;
  constexpr std::size_t kLanes = hn::MaxLanes(D());
  Vector sums[kCells][kVectors];
  for (std::size_t i = 0; i < kCells; ++i) {
    for (std::size_t v = 0; v < kVectors; ++v) sums[i][v] = hn::LoadU(d, s.bias + channel + v * kLanes);
  }
  for (std::size_t ky = 0; ky < s.rows; ++ky) {
    const float* HWY_RESTRICT x = s.x + cell * s.x_step + ky * s.x_row + channel;
    const float* HWY_RESTRICT tap = s.taps + ky * s.tap_row + channel;
    for (std::size_t kx = 0; kx < s.cols; ++kx, x += s.channels, tap += s.channels) {
      for (std::size_t v = 0; v < kVectors; ++v) {
        const Vector weight = hn::LoadU(d, tap + v * kLanes);
        for (std::size_t i = 0; i < kCells; ++i) {
          sums[i][v] = hn::MulAdd(hn::LoadU(d, x + i * s.x_step + v * kLanes), weight, sums[i][v]);
        }
      }
    }
  }
  float* y = s.y + cell * s.channels + channel;
  for (std::size_t i = 0; i < kCells; ++i) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      hn::StoreU(activate(s.activation, sums[i][v]), d, y + i * s.channels + v * kLanes);
    }
  }
}

// All outputs of channels from `channel` on, as many as make whole groups of kVectors vectors; returns the first left.
template <class D, std::size_t kVectors>
HWY_INLINE std::size_t sum_channels(D d, const WindowSum& s, std::size_t channel) {
  constexpr std::size_t kChannels = kVectors * hn::MaxLanes(D());
  for (; channel + kChannels <= s.channels; channel += kChannels) {
    std::size_t cell = 0;
    for (; cell + kTileCells <= s.count; cell += kTileCells) sum_tile<D, kTileCells, kVectors>(d, s, cell, channel);
    for (; cell < s.count; ++cell) sum_tile<D, 1, kVectors>(d, s, cell, channel);
  }
  return channel;
}

// Channels outside: a few channels' taps, and the cells that neighbouring windows share, stay in the first-level cache.
void window_sum(const WindowSum& s) {
  std::size_t channel = sum_channels<Tag, kTileVectors>(Tag(), s, 0);
  channel = sum_channels<Tag, 1>(Tag(), s, channel);
  sum_channels<OneLane, 1>(OneLane(), s, channel);
}

}  // namespace attnviz::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace attnviz::attention {

HWY_EXPORT(window_sum);

void window_sum(const WindowSum& sum) {
  apply_isa_from_environment();
  HWY_DYNAMIC_DISPATCH(window_sum)(sum);
}

}  // namespace attnviz::attention
#endif
