// attnviz video as tests run it, and what comes of it.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace attnviz::test {

// With few patches, for speed.
inline Outcome video_run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "video");
  arguments.insert(arguments.end(), {"--patches", "24"});
  return attnviz_run(arguments);
}

inline std::vector<nlohmann::ordered_json> json_lines(const std::string& path) {
  std::vector<nlohmann::ordered_json> lines;
  std::istringstream file(read_bytes(path));
  for (std::string line; std::getline(file, line);) lines.push_back(nlohmann::ordered_json::parse(line));
  return lines;
}

// One line on standard error, of which `part` is a part.
inline void expect_error(const Outcome& outcome, int code, const std::string& part) {
  CAPTURE(outcome.err);
  CHECK(outcome.exit_code == code);
  CHECK(outcome.err.starts_with("attnviz: error: "));
  CHECK(outcome.err.find(part) != std::string::npos);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
}

}  // namespace attnviz::test
