// JSON from files that may be broken or hostile: errors become Error (model), depth is limited.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "attnviz/core/error.hpp"
#include "attnviz/core/json_depth.hpp"

namespace attnviz::model {

constexpr int kMaxJsonDepth = 32;

// `where`: the file's name; `part`: which part of it, for the message.
inline nlohmann::json parse_json(std::string_view text, const std::string& where, const std::string& part) {
  if (nests_deeper_than(kMaxJsonDepth, text)) throw Error(ErrorCode::model, where, part + " is nested too deeply");
  try {
    return nlohmann::json::parse(text.begin(), text.end());
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::model, where, part + " is not valid JSON");
  }
}

}  // namespace attnviz::model
