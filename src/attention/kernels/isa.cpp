#include "attention/kernels/isa.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "attention/kernels/targets.hpp"
#include "attnviz/core/error.hpp"
#include "hwy/highway.h"
#include "hwy/targets.h"

namespace attnviz::attention {
namespace {

// What the machine has and the kernels are compiled for. Asked for before anything is forced, so never less than that.
std::int64_t machine_targets() {
  static const std::int64_t targets = hwy::SupportedTargets() & HWY_TARGETS;
  return targets;
}

// Highway numbers its targets so that better ones have lower bits.
std::vector<std::int64_t> split(std::int64_t targets) {
  std::vector<std::int64_t> single;
  for (; targets != 0; targets &= targets - 1) single.push_back(targets & -targets);
  return single;
}

std::optional<std::int64_t> find_target(const std::string& name) {
  const auto same_letter = [](unsigned char a, unsigned char b) { return std::toupper(a) == std::toupper(b); };
  for (const std::int64_t target : split(machine_targets())) {
    if (std::ranges::equal(name, std::string(hwy::TargetName(target)), same_letter)) return target;
  }
  return std::nullopt;
}

void run_on(std::int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(targets);
}

bool obey_environment() {
  const std::int64_t all = machine_targets();
  const char* name = std::getenv("ATTNVIZ_ISA");
  if (name == nullptr || *name == '\0') return all != 0;
  const auto target = find_target(name);
  if (!target) {
    std::string names;
    for (const std::string& isa : available_isas()) names += (names.empty() ? "" : ", ") + isa;
    throw Error(ErrorCode::usage, "ATTNVIZ_ISA",
                "'" + std::string(name) + "' is not an instruction set of this machine", "it has " + names);
  }
  run_on(*target);
  return true;
}

}  // namespace

const std::vector<std::string>& available_isas() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    for (const std::int64_t target : split(machine_targets())) found.emplace_back(hwy::TargetName(target));
    return found;
  }();
  return names;
}

void apply_isa_from_environment() { [[maybe_unused]] static const bool obeyed = obey_environment(); }

}  // namespace attnviz::attention
