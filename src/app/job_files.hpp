// The main job's files: where they go, what they are called, which of them an earlier run left.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "attnviz/app/options.hpp"

namespace attnviz::app {

std::filesystem::path output_dir(const RunOptions& options);

constexpr const char* kReport = "report.json";
constexpr const char* kPage = "report.html";
constexpr const char* kArchive = "attention.npz";
constexpr const char* kOverview = "overview.png";
constexpr const char* kPatchSheet = "patches.png";  // of --direction patches
// "words/01-红色.png", of a further view (from 1) "words/01-红色.view1.png". '/' and control characters become '_', a
// long word is cut at a character's end.
std::string heatmap_name(std::size_t index, const std::string& word, std::size_t view);
// "sheets/heads-01-红色.png" and "sheets/layers.png", of further views as above.
std::string heads_sheet_name(std::size_t index, const std::string& word, std::size_t view);
std::string layers_sheet_name(std::size_t view);

// What an earlier run of this job, with the same `model`, left in the folder, the report first: it says that a set is
// complete. Error (output) where the folder holds another job's results and --force is not given.
std::vector<std::string> earlier_files(const std::filesystem::path& dir, const RunOptions& options,
                                       const std::string& model);

// "holds the results of another ..."
[[noreturn]] void refuse_other(const std::filesystem::path& dir, const std::string& what);

}  // namespace attnviz::app
