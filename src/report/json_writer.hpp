// JSON that is pleasant to read as text: two spaces a level, arrays of numbers on one line.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace attnviz::report {

using Json = nlohmann::ordered_json;

// Bytes that are no UTF-8 (a file name may hold any) become U+FFFD.
std::string pretty(const Json& json);

}  // namespace attnviz::report
