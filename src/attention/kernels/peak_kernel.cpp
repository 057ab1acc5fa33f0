// Multiply-adds and nothing else: as many independent chains as hide the latency of one and still fit the registers.
// Compiled once per instruction set (foreach_target).
#include <algorithm>
#include <vector>

#include "attention/kernels/isa.hpp"
#include "attention/kernels/targets.hpp"
#include "attnviz/attention/peak.hpp"
#include "attnviz/core/parallel.hpp"
#include "attnviz/core/timing.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "attention/kernels/peak_kernel.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace attnviz::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Runs `steps` rounds of multiply-adds; returns how many floating-point operations that were. `value` is changed, so
// that no compiler may leave the work out.
double multiply_add(std::size_t steps, float* value) {
  constexpr std::size_t kChains = 12;  // 4 cycles of latency times 2 units, and more; x and y also need a register
  const hn::CappedTag<float, 16> d;
  const auto x = hn::Set(d, 0.5f), y = hn::Set(d, *value);
  hn::Vec<decltype(d)> sums[kChains];
  for (auto& sum : sums) sum = y;
  for (std::size_t step = 0; step < steps; ++step) {
    for (auto& sum : sums) sum = hn::MulAdd(sum, x, y);
  }
  for (const auto& sum : sums) *value += hn::GetLane(sum);
  return 2.0 * static_cast<double>(steps * kChains * hn::Lanes(d));
}

}  // namespace attnviz::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace attnviz::attention {

HWY_EXPORT(multiply_add);

double fma_peak_gflops() {
  constexpr std::size_t kRuns = 12, kPartsPerThread = 16, kSteps = 40'000;  // a run: some 3 ms
  apply_isa_from_environment();
  std::vector<double> operations(kPartsPerThread * num_threads());
  double best = 0;
  for (std::size_t run = 0; run < kRuns; ++run) {
    const Stopwatch watch;
    parallel_for(operations.size(), [&](std::size_t part) {
      float value = 1;
      operations[part] = HWY_DYNAMIC_DISPATCH(multiply_add)(kSteps, &value);
    });
    double total = 0;
    for (const double count : operations) total += count;
    best = std::max(best, total / watch.elapsed_ms() * 1e-6);
  }
  return best;
}

}  // namespace attnviz::attention
#endif
