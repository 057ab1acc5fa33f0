// Numbers as reports write them.
#pragma once

#include <nlohmann/json.hpp>

namespace attnviz::report {

// 6 significant digits; whole numbers stay whole, whatever their size, and -0 is 0.
// NaN and infinity are mistakes of the program: std::logic_error.
nlohmann::ordered_json round_significant(double value);

}  // namespace attnviz::report
