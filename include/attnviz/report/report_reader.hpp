// Reads JSON that users hand in: finished reports and evaluation data sets.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/evaluation.hpp"

namespace attnviz::report {

// Which job a finished report belongs to, and the pictures it names.
struct JobIdentity {
  std::string image_path, instruction, model;
  std::vector<std::string> heatmap_files;  // of all views
  std::vector<std::string> view_paths;     // of further views
};

// Empty where there is no report at `path`, or it is no report of ours.
std::optional<JobIdentity> read_identity(const std::filesystem::path& path);

// A data set in the contract's form, one JSON object a line; relative paths are relative to the file.
// Lines that are no items land in `skipped` with the reason. Throws Error (input) where the file itself cannot be read.
EvalDataset read_dataset(const std::filesystem::path& path);

}  // namespace attnviz::report
