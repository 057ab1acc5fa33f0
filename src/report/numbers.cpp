#include "report/numbers.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace attnviz::report {
namespace {

constexpr double kLargestWhole = 9007199254740992.0;  // 2^53: below it a double holds every whole number

bool is_whole(double value) { return value == std::trunc(value) && std::abs(value) < kLargestWhole; }

}  // namespace

nlohmann::ordered_json round_significant(double value) {
  if (!std::isfinite(value)) throw std::logic_error("a report holds a number that is not finite");
  if (!is_whole(value)) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.6g", value);
    value = std::strtod(digits, nullptr);
  }
  if (is_whole(value)) return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace attnviz::report
