// Reads a finished report (report.json) back.
#pragma once

#include <filesystem>

#include "attnviz/core/report.hpp"

namespace attnviz::report {

// All that the file holds; maps (WordReading::heat) and the figures that only programs compute stay empty. Checked as
// any file that a user hands in: Error (input) names what is missing, of a wrong type or out of its bounds; a report of
// another schema is refused with its name.
Report read_report(const std::filesystem::path& path);

}  // namespace attnviz::report
