// report.json: schema "attnviz.report/1", keys in the contract's order, numbers of 6 significant digits, UTF-8.
#pragma once

#include <string>

#include "attnviz/core/report.hpp"

namespace attnviz::report {

// The whole document, ending in a newline. No NaN or infinity gets through: std::logic_error.
// `with_timing`: false leaves `timing_ms` out, for results that must not differ from run to run.
std::string to_json(const Report& report, bool with_timing = true);

}  // namespace attnviz::report
