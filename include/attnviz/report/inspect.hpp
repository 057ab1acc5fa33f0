// What `attnviz inspect` shows of a finished report. `words`: indices into the report's; `top_k`: at most so many
// patches of each.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/core/report.hpp"
#include "attnviz/report/terminal.hpp"

namespace attnviz::report {

// What was asked of which model, then the main job's text and its warnings.
std::string inspect_text(const Report& report, const std::vector<std::size_t>& words, std::size_t top_k,
                         const TerminalStyle& style);

// A heading, then a line a patch (RFC 4180).
std::string inspect_csv(const Report& report, const std::vector<std::size_t>& words, std::size_t top_k);

// The report's own entries of these words, as a JSON array, without their maps. `text` is one that parse_report took.
std::string inspect_json(const std::string& text, const std::vector<std::size_t>& words, std::size_t top_k);

}  // namespace attnviz::report
