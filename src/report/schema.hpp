// What reports say they are.
#pragma once

namespace attnviz::report {

constexpr const char* kReportSchema = "attnviz.report/1";

}  // namespace attnviz::report
