#include "attnviz/app/pipeline.hpp"

#include <utility>

#include "attnviz/analysis/readout.hpp"
#include "attnviz/image/decode.hpp"

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

std::vector<model::EncodedImage> encode(const model::Model& model, const RunOptions& options, JobResult& job) {
  std::vector<model::EncodedImage> encoded;
  for (std::size_t i = 0; i < job.images.size(); ++i) {
    encoded.push_back(model.encode(job.images[i], options.patches));
    job.report.views[i].grid = encoded[i].grid;
  }
  return encoded;
}

// Of each word the reading that gives least to "nothing here": what one camera sees is there.
std::vector<WordReading> surest_readings(const std::vector<ViewReading>& views) {
  std::vector<WordReading> surest = views.front().readings;
  for (const ViewReading& view : views) {
    for (std::size_t word = 0; word < surest.size(); ++word) {
      const WordReading& reading = view.readings[word];
      if (reading.nothing.value_or(0) < surest[word].nothing.value_or(0)) surest[word] = reading;
    }
  }
  return surest;
}

}  // namespace

void choose_view(const RunOptions& options, ViewChoice& view) {
  if (options.layer) view.layer = *options.layer;
  if (options.head) view.head = *options.head;
  view.relative = options.relative;
}

void load_images(const RunOptions& options, JobResult& job) {
  job.report.views.resize(options.view_paths.size() + 1);
  for (std::size_t i = 0; i < job.report.views.size(); ++i) {
    const std::string& path = i == 0 ? options.image_path : options.view_paths[i - 1];
    job.images.push_back(image::load(path));
    job.report.views[i].image_path = path;
  }
}

void read_out(const RunOptions& options, JobResult& job) {
  for (std::size_t i = 0; i < job.maps.size(); ++i) {
    ViewReading& view = job.report.views[i];
    const analysis::WordMaps maps = analysis::aggregate(job.maps[i], job.report.shown);
    view.readings =
        analysis::read_words(maps, job.report.words, view.grid, options.top_k.value_or(default_top(view.grid)));
    if (options.by_patch) view.patches = analysis::read_patches(maps, view.grid);
  }
}

Report begin_report(const model::Model& model, const RunOptions& options) {
  Report report;
  report.instruction = options.instruction;
  report.model = model.facts();
  report.shown = model.default_view();
  choose_view(options, report.shown);
  report.scale = options.shared_scale ? "shared" : "word";
  report.words = model.read(options.instruction, options.words).words;
  return report;
}

void attend(const model::Model& model, const RunOptions& options, JobResult& job) {
  Report& report = job.report;
  Stopwatch stage;
  const std::vector<model::EncodedImage> encoded = encode(model, options, job);
  report.timing.encode = stage.lap_ms();

  model::Attended attended = model.attend(encoded, {report.instruction, report.words});
  report.target = attended.target;
  job.maps = std::move(attended.maps);
  read_out(options, job);
  report.warnings = analysis::word_warnings(report.words, surest_readings(report.views), model.honesty());
  if (report.target) {
    if (auto warning = analysis::target_warning(report.words, *report.target, model.honesty())) {
      report.warnings.push_back(std::move(*warning));
    }
  }
  report.timing.attend = stage.lap_ms();
}

JobResult run_job(const model::Model& model, const RunOptions& options) {
  JobResult job;
  Stopwatch stage;
  job.report = begin_report(model, options);
  load_images(options, job);
  job.report.timing.load = stage.lap_ms();
  attend(model, options, job);
  return job;
}

}  // namespace attnviz::app
