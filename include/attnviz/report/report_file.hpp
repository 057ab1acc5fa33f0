// Reads a finished report (report.json) back.
#pragma once

#include <filesystem>
#include <string>

#include "attnviz/core/report.hpp"

namespace attnviz::report {

// Error (input) where it is no file, cannot be read or is too large.
std::string read_report_text(const std::filesystem::path& path);

// All that the text holds; figures that only programs compute stay empty, and so do maps (WordReading::heat) where it
// has none. Checked as any file that a user hands in: Error (input) names what is missing, of a wrong type or out of
// its bounds; a report of another schema is refused with its name. `path` is named in errors.
Report parse_report(const std::string& text, const std::filesystem::path& path);

}  // namespace attnviz::report
