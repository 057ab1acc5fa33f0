// JSON from files that may be broken or hostile: errors become Error of the source's code, depth is limited.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "arrays/source.hpp"
#include "attnviz/core/json_depth.hpp"

namespace attnviz::arrays {

constexpr int kMaxJsonDepth = 32;

// `part`: which part of the file, for the message.
inline nlohmann::json parse_json(std::string_view text, const Source& source, const std::string& part) {
  if (nests_deeper_than(kMaxJsonDepth, text)) source.refuse(part + " is nested too deeply");
  try {
    return nlohmann::json::parse(text.begin(), text.end());
  } catch (const nlohmann::json::exception&) {
    source.refuse(part + " is not valid JSON");
  }
}

}  // namespace attnviz::arrays
