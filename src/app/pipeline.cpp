#include "attnviz/app/pipeline.hpp"

#include <utility>

#include "attnviz/analysis/readout.hpp"
#include "attnviz/image/decode.hpp"
#include "attnviz/text/segment.hpp"

namespace attnviz::app {

namespace {

constexpr int kDefaultTop = 5;

// What is listed where the user did not say: a tiny image has fewer patches than the default.
int default_top(const PatchGrid& grid) {
  int with_content = 0;
  for (int patch = 0; patch < grid.num_patches() && with_content < kDefaultTop; ++patch) {
    with_content += grid.has_content(patch);
  }
  return with_content;
}

}  // namespace

JobResult run_job(const model::Model& model, const RunOptions& options) {
  JobResult job;
  Report& report = job.report;
  Stopwatch stage;

  report.image_path = options.image_path;
  report.instruction = options.instruction;
  report.model = model.facts();
  report.shown = model.default_view();
  if (options.layer) report.shown.layer = *options.layer;
  if (options.head) report.shown.head = *options.head;
  report.shown.relative = options.relative;
  report.scale = options.shared_scale ? "shared" : "word";

  report.words = options.words ? text::segment_as(options.instruction, *options.words, model.vocabulary())
                               : text::segment(options.instruction, model.vocabulary());
  job.image = image::load(options.image_path);
  report.timing.load = stage.lap_ms();

  const model::EncodedImage encoded = model.encode(job.image, options.patches);
  report.grid = encoded.grid;
  report.timing.encode = stage.lap_ms();

  model::Attended attended = model.attend(encoded, report.words);
  report.target = attended.target;
  const analysis::WordMaps maps = analysis::aggregate(attended.maps, report.shown);
  report.readings =
      analysis::read_words(maps, report.words, report.grid, options.top_k.value_or(default_top(report.grid)));
  report.warnings = analysis::word_warnings(report.words, report.readings, model.honesty());
  if (report.target) {
    if (auto warning = analysis::target_warning(report.words, *report.target, model.honesty())) {
      report.warnings.push_back(std::move(*warning));
    }
  }
  job.maps = std::move(attended.maps);
  report.timing.attend = stage.lap_ms();
  return job;
}

}  // namespace attnviz::app
