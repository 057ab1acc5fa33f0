// What reports say they are.
#pragma once

#include <cstddef>

namespace attnviz::report {

constexpr const char* kReportSchema = "attnviz.report/1";
constexpr std::size_t kMaxReportBytes = std::size_t{64} << 20;

}  // namespace attnviz::report
