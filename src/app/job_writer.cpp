#include "app/job_writer.hpp"

#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <utility>

#include "app/attention_archive.hpp"
#include "app/font_warning.hpp"
#include "app/job_files.hpp"
#include "app/page.hpp"
#include "app/preview.hpp"
#include "app/sheets.hpp"
#include "app/terminal_io.hpp"
#include "attnviz/core/parallel.hpp"
#include "attnviz/render/patch_sheet.hpp"
#include "attnviz/render/sheet_text.hpp"
#include "attnviz/report/report_json.hpp"

namespace attnviz::app {
namespace {

namespace fs = std::filesystem;

// A word's picture in one view.
struct WordPicture {
  std::string file;
  const Image* image;
  const PatchGrid* grid;
  const WordReading* reading;
  double scale_max;
};

// Names every picture in the report and says what is to be drawn.
std::vector<WordPicture> plan_word_pictures(JobResult& job) {
  Report& report = job.report;
  const std::vector<double> maxima = render::scale_maxima(report);
  std::vector<WordPicture> pictures;
  for (std::size_t number = 0; number < report.views.size(); ++number) {
    ViewReading& view = report.views[number];
    for (std::size_t word = 0; word < view.readings.size(); ++word) {
      view.heatmap_files.push_back(heatmap_name(word, report.words[word].text, number));
      pictures.push_back(
          {view.heatmap_files.back(), &job.images[number], &view.grid, &view.readings[word], maxima[word]});
    }
  }
  return pictures;
}

// The overview, and a picture a word and view.
void add_pictures(JobResult& job, const RunOptions& options, const render::Labels& labels, const InterruptWatch& watch,
                  OutputSet& outputs) {
  Report& report = job.report;
  const std::vector<WordPicture> pictures = plan_word_pictures(job);
  std::mutex writing;
  const auto write = [&](const std::string& name, const Image& image) {
    const std::vector<std::uint8_t> png = render::encode_png(image);
    const std::lock_guard lock(writing);
    watch.stop_if_interrupted();
    const Stopwatch writing_time;
    outputs.add(name, png);
    report.timing.write += writing_time.elapsed_ms();
  };
  // Each picture is written as soon as it is drawn: all of them together may not fit into memory.
  const std::size_t num_sheets = options.by_patch ? 2 : 1;
  parallel_for(pictures.size() + num_sheets, [&](std::size_t i) {
    if (i == 0) return write(kOverview, render::overview(job.images, report, options.looks, labels));
    if (i < num_sheets) return write(kPatchSheet, render::patch_sheet(job.images, report, options.looks, labels));
    const WordPicture& word = pictures[i - num_sheets];
    write(word.file,
          render::word_picture(*word.image, *word.grid, *word.reading, word.scale_max, options.looks, labels));
  });
}

void draw(JobResult& job, const RunOptions& options, const InterruptWatch& watch, OutputSet& outputs) {
  const bool has_sheets = options.heads_sheet || options.layers_sheet;
  if (!options.write_png && !has_sheets) return;
  Stopwatch stage;
  const render::Labels labels(render::sheet_text(job.report, options.looks));
  if (auto warning = font_warning(job.report.words, labels)) job.report.warnings.push_back(std::move(*warning));
  if (options.write_png) add_pictures(job, options, labels, watch, outputs);
  if (has_sheets) add_sheets(job, options, labels, outputs);
  job.report.timing.render = stage.elapsed_ms() - job.report.timing.write;
}

// For people: a program that reads standard error is not told.
void say_where(const fs::path& dir, report::Language language) {
  if (::isatty(STDERR_FILENO) != 1) return;
  notice("attnviz: " + std::string(language == report::Language::zh ? "结果在 " : "results in ") + dir.string() + "\n");
}

void print_result(const RunOptions& options, const JobResult& job) {
  const Report& report = job.report;
  if (!options.common.quiet) {
    for (const Warning& warning : report.warnings) {
      notice("attnviz: " + report::to_text(warning, report.words, options.common.language) + "\n");
    }
  }
  if (options.preview) print_preview(options, job);
  if (options.standard_output == RunOptions::Stdout::text) {
    print(report::to_text(report, {options.common.language, options.colour}));
  } else if (options.standard_output == RunOptions::Stdout::json) {
    print(report::to_json(report));
  }
  if (!options.common.quiet) say_where(output_dir(options), options.common.language);
  if (options.verbose) notice(report::to_text(report.timing, options.common.language));
}

}  // namespace

void finish_job(JobResult& job, const RunOptions& options, const InterruptWatch& watch, OutputSet& outputs,
                const Stopwatch& total) {
  const std::vector<std::string> own = earlier_files(output_dir(options), options, job.report.model.name);
  watch.stop_if_interrupted();
  Report& report = job.report;
  draw(job, options, watch, outputs);
  Stopwatch stage;
  if (options.write_html) {
    outputs.add(kPage, make_page(job, options));
    report.timing.render += stage.lap_ms();
  }
  if (options.write_npz) {
    write_archive(job, outputs.reserve(kArchive));
    report.timing.write += stage.lap_ms();
  }
  report.timing.total = total.elapsed_ms();
  if (options.write_json) outputs.add(kReport, report::to_json(report));
  watch.stop_if_interrupted();
  outputs.commit(own, options.force);
  print_result(options, job);
}

}  // namespace attnviz::app
