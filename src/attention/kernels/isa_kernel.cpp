// The smallest kernel: it knows nothing but the name of the instruction set that it was compiled for. Compiled once per
// instruction set (foreach_target) and dispatched as all kernels are, so what it says is where they run.
#include "attention/kernels/isa.hpp"
#include "attention/kernels/targets.hpp"
#include "attnviz/attention/isa.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "attention/kernels/isa_kernel.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace attnviz::attention::HWY_NAMESPACE {

const char* compiled_for() { return hwy::TargetName(HWY_TARGET); }

}  // namespace attnviz::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace attnviz::attention {

HWY_EXPORT(compiled_for);

std::string isa_in_use() {
  apply_isa_from_environment();
  return HWY_DYNAMIC_DISPATCH(compiled_for)();
}

}  // namespace attnviz::attention
#endif
