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

// The steps of run_job, for one instruction and many images. First what they share: the words and what is shown of
// them, in a report that has looked at nothing yet.
Report begin_report(const model::Model& model, const RunOptions& options);
// Then what each word of `job.report` looks at in `job.images`: everything that is still missing in the report but the
// paths of its views (one an image), and the maps.
void attend(const model::Model& model, const RunOptions& options, JobResult& job);

// One a view: the main image first. Throws Error (input).
void load_images(const RunOptions& options, JobResult& job);
// What `job.maps` show of `job.report.words`, once the views have their grids: readings and, where asked for, patches.
void read_out(const RunOptions& options, JobResult& job);
// The view that the options ask for, where they do.
void choose_view(const RunOptions& options, ViewChoice& view);

}  // namespace attnviz::app
