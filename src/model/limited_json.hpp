// JSON from files that may be broken or hostile: errors become Error (model), depth is limited.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "attnviz/core/error.hpp"

namespace attnviz::model {

constexpr int kMaxJsonDepth = 32;

// Whether brackets outside of strings are nested deeper than kMaxJsonDepth. A scan of its own, as the parser takes
// three times as long when it is asked about depth.
inline bool is_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxJsonDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

// `where`: the file's name; `part`: which part of it, for the message.
inline nlohmann::json parse_json(std::string_view text, const std::string& where, const std::string& part) {
  if (is_too_deep(text)) throw Error(ErrorCode::model, where, part + " is nested too deeply");
  try {
    return nlohmann::json::parse(text.begin(), text.end());
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::model, where, part + " is not valid JSON");
  }
}

}  // namespace attnviz::model
