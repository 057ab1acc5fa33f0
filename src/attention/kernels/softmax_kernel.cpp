// This file is compiled once per instruction set (foreach_target); see matmul_kernel.cpp.
#include "attention/kernels/softmax_kernel.hpp"

#include "attention/kernels/isa.hpp"
#include "attention/kernels/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "attention/kernels/softmax_kernel.cpp"
#include "hwy/foreach_target.h"

#include "attention/kernels/exp-inl.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace attnviz::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;
constexpr std::size_t kLanes = hn::MaxLanes(Tag());
constexpr std::size_t kChains = 4;  // independent sums and maxima, which hide latency and round less

// One vector of lanes through all keys.
HWY_INLINE Vector highest_score(const float* scores, std::size_t keys, std::size_t stride, Vector old_max,
                                float* check) {
  const Tag d;
  const Vector zero = hn::Zero(d);
  Vector max[kChains] = {old_max, old_max, old_max, old_max}, checks[kChains] = {zero, zero, zero, zero};
  const auto take = [&](std::size_t key, std::size_t chain) HWY_ATTR {
    const Vector score = hn::Load(d, scores + key * stride);
    max[chain] = hn::Max(score, max[chain]);
    checks[chain] = hn::MulAdd(score, zero, checks[chain]);  // infinity and NaN leave NaN
  };
  std::size_t key = 0;
  for (; key + kChains <= keys; key += kChains) {
    for (std::size_t chain = 0; chain < kChains; ++chain) take(key + chain, chain);
  }
  for (; key < keys; ++key) take(key, 0);
  const Vector checked = hn::Add(hn::Add(checks[0], checks[1]), hn::Add(checks[2], checks[3]));
  hn::Store(hn::Add(hn::Load(d, check), checked), d, check);
  return hn::Max(hn::Max(max[0], max[1]), hn::Max(max[2], max[3]));
}

// Scores become exp(score - max); returns their sum.
HWY_INLINE Vector exponentiate(float* scores, std::size_t keys, std::size_t stride, Vector max) {
  const Tag d;
  const Vector zero = hn::Zero(d);
  Vector sum[kChains] = {zero, zero, zero, zero};
  const auto take = [&](std::size_t key, std::size_t chain) HWY_ATTR {
    const Vector weight = exp_of_negative(hn::Sub(hn::Load(d, scores + key * stride), max));
    hn::Store(weight, d, scores + key * stride);
    sum[chain] = hn::Add(sum[chain], weight);
  };
  std::size_t key = 0;
  for (; key + kChains <= keys; key += kChains) {
    for (std::size_t chain = 0; chain < kChains; ++chain) take(key + chain, chain);
  }
  for (; key < keys; ++key) take(key, 0);
  return hn::Add(hn::Add(sum[0], sum[1]), hn::Add(sum[2], sum[3]));
}

HWY_INLINE void softmax_lanes(float* scores, std::size_t keys, std::size_t stride, const SoftmaxState& state,
                              std::size_t lane, float* decay) {
  const Tag d;
  const Vector old_max = hn::Load(d, state.max + lane);
  const Vector new_max = highest_score(scores, keys, stride, old_max, state.check + lane);
  const Vector block_sum = exponentiate(scores, keys, stride, new_max);
  const Vector shrink = exp_of_negative(hn::Sub(old_max, new_max));
  const Vector before = hn::Mul(hn::Load(d, state.sum + lane), shrink);
  const Vector term = hn::Sub(block_sum, hn::Mul(hn::Load(d, state.carry + lane), shrink));
  const Vector after = hn::Add(before, term);
  hn::Store(hn::Sub(hn::Sub(after, before), term), d, state.carry + lane);
  hn::Store(after, d, state.sum + lane);
  hn::Store(new_max, d, state.max + lane);
  hn::Store(shrink, d, decay + lane);
}

void softmax_block(float* scores, std::size_t keys, std::size_t lanes, std::size_t stride, const SoftmaxState& state,
                   float* decay) {
  for (std::size_t lane = 0; lane < lanes; lane += kLanes)
    softmax_lanes(scores + lane, keys, stride, state, lane, decay);
}

void exp_differences(const float* from, const float* to, const float* scale, std::size_t count, float* factors) {
  const Tag d;
  for (std::size_t i = 0; i < count; i += kLanes) {
    const Vector difference = hn::Sub(hn::LoadU(d, from + i), hn::LoadU(d, to + i));
    hn::StoreU(hn::Mul(exp_of_negative(difference), hn::LoadU(d, scale + i)), d, factors + i);
  }
}

// 4 rows of 4.
HWY_INLINE void transpose_quad(const float* x, std::size_t x_stride, float* y, std::size_t y_stride) {
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = 0; i < 16; ++i) y[i % 4 * y_stride + i / 4] = x[i / 4 * x_stride + i % 4];
#else
  const hn::FixedTag<float, 4> d;
  const auto a = hn::LoadU(d, x), b = hn::LoadU(d, x + x_stride);
  const auto c = hn::LoadU(d, x + 2 * x_stride), e = hn::LoadU(d, x + 3 * x_stride);
  const auto ac_low = hn::InterleaveLower(d, a, c), ac_high = hn::InterleaveUpper(d, a, c);
  const auto be_low = hn::InterleaveLower(d, b, e), be_high = hn::InterleaveUpper(d, b, e);
  hn::StoreU(hn::InterleaveLower(d, ac_low, be_low), d, y);
  hn::StoreU(hn::InterleaveUpper(d, ac_low, be_low), d, y + y_stride);
  hn::StoreU(hn::InterleaveLower(d, ac_high, be_high), d, y + 2 * y_stride);
  hn::StoreU(hn::InterleaveUpper(d, ac_high, be_high), d, y + 3 * y_stride);
#endif
}

// Four rows of y at a time, each written along its length: whole cache lines, whatever y's stride.
void transpose(const float* x, std::size_t x_stride, std::size_t rows, std::size_t cols, float* y,
               std::size_t y_stride) {
  std::size_t c = 0;
  for (; c + 4 <= cols; c += 4) {
    std::size_t r = 0;
    for (; r + 4 <= rows; r += 4) transpose_quad(x + r * x_stride + c, x_stride, y + c * y_stride + r, y_stride);
    for (; r < rows; ++r) {
      for (std::size_t i = 0; i < 4; ++i) y[(c + i) * y_stride + r] = x[r * x_stride + c + i];
    }
  }
  for (; c < cols; ++c) {
    for (std::size_t r = 0; r < rows; ++r) y[c * y_stride + r] = x[r * x_stride + c];
  }
}

// y[i] = operation(x[i], y[i]), on vectors and, for what is left, on single lanes.
template <typename Operation>
HWY_INLINE void for_each_pair(const float* x, std::size_t count, float* y, const Operation& operation) {
  const Tag d;
  const hn::CappedTag<float, 1> one;
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) hn::StoreU(operation(d, hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, y + i);
  for (; i < count; ++i) hn::StoreU(operation(one, hn::LoadU(one, x + i), hn::LoadU(one, y + i)), one, y + i);
}

void scale_into(const float* x, float factor, std::size_t count, float* y) {
  for_each_pair(x, count, y, [factor](auto d, auto a, auto) HWY_ATTR { return hn::Mul(a, hn::Set(d, factor)); });
}

void add_into(const float* x, std::size_t count, float* y) {
  for_each_pair(x, count, y, [](auto, auto a, auto b) HWY_ATTR { return hn::Add(b, a); });
}

void max_into(const float* x, std::size_t count, float* y) {
  for_each_pair(x, count, y, [](auto, auto a, auto b) HWY_ATTR { return hn::Max(b, a); });
}

}  // namespace attnviz::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace attnviz::attention {

HWY_EXPORT(softmax_block);
HWY_EXPORT(exp_differences);
HWY_EXPORT(transpose);
HWY_EXPORT(scale_into);
HWY_EXPORT(add_into);
HWY_EXPORT(max_into);

void softmax_block(float* scores, std::size_t keys, std::size_t lanes, std::size_t stride, const SoftmaxState& state,
                   float* decay) {
  apply_isa_from_environment();
  HWY_DYNAMIC_DISPATCH(softmax_block)(scores, keys, lanes, stride, state, decay);
}

void exp_differences(const float* from, const float* to, const float* scale, std::size_t count, float* factors) {
  apply_isa_from_environment();
  HWY_DYNAMIC_DISPATCH(exp_differences)(from, to, scale, count, factors);
}

void transpose(const float* x, std::size_t x_stride, std::size_t rows, std::size_t cols, float* y,
               std::size_t y_stride) {
  apply_isa_from_environment();
  HWY_DYNAMIC_DISPATCH(transpose)(x, x_stride, rows, cols, y, y_stride);
}

void scale_into(const float* x, float factor, std::size_t count, float* y) {
  apply_isa_from_environment();
  HWY_DYNAMIC_DISPATCH(scale_into)(x, factor, count, y);
}

void add_into(const float* x, std::size_t count, float* y) {
  apply_isa_from_environment();
  HWY_DYNAMIC_DISPATCH(add_into)(x, count, y);
}

void max_into(const float* x, std::size_t count, float* y) {
  apply_isa_from_environment();
  HWY_DYNAMIC_DISPATCH(max_into)(x, count, y);
}

}  // namespace attnviz::attention
#endif
