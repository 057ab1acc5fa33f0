// The main job as a story: image and instruction in, report and pictures out. Touches no output file.
#pragma once

#include <string>
#include <vector>

#include "attnviz/app/options.hpp"
#include "attnviz/core/attention_maps.hpp"
#include "attnviz/core/image.hpp"
#include "attnviz/core/report.hpp"
#include "attnviz/model/model.hpp"

namespace attnviz::app {

// One a view: the main image first.
struct JobResult {
  std::vector<Image> images;
  Report report;
  std::vector<AttentionMaps> maps;  // every layer and head
};

// Load, segment, encode, attend, read out (design, section 3, steps 1 to 6).
JobResult run_job(const model::Model& model, const RunOptions& options);

}  // namespace attnviz::app
