#include "attention/kernels/isa.hpp"

#include <stdexcept>

#include "attention/kernels/targets.hpp"
#include "hwy/highway.h"
#include "hwy/targets.h"

namespace attnviz::attention {
namespace {

// Highway numbers its targets so that better ones have lower bits.
std::vector<std::int64_t> usable_targets() {
  hwy::SetSupportedTargetsForTest(0);  // what the machine has, whatever was forced before
  std::vector<std::int64_t> targets;
  for (std::int64_t left = hwy::SupportedTargets() & HWY_TARGETS; left != 0; left &= left - 1) {
    targets.push_back(left & -left);
  }
  return targets;
}

}  // namespace

std::vector<std::string> available_isas() {
  std::vector<std::string> names;
  for (const std::int64_t target : usable_targets()) names.emplace_back(hwy::TargetName(target));
  return names;
}

void force_isa(const std::string& name) {
  const std::vector<std::int64_t> targets = usable_targets();
  if (!name.empty()) {
    std::int64_t chosen = 0;
    for (const std::int64_t target : targets) {
      if (name == hwy::TargetName(target)) chosen = target;
    }
    if (chosen == 0) throw std::logic_error("instruction set not available: " + name);
    hwy::SetSupportedTargetsForTest(chosen);
  }
  hwy::GetChosenTarget().DeInit();  // dispatch looks again
}

}  // namespace attnviz::attention
