#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <mutex>

#include "app/terminal_io.hpp"
#include "attnviz/app/commands.hpp"
#include "attnviz/app/outputs.hpp"
#include "attnviz/app/pipeline.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/core/parallel.hpp"
#include "attnviz/report/report_json.hpp"
#include "attnviz/report/report_reader.hpp"

namespace attnviz::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNameBytes = 80;  // of a word in a file name; the index keeps names apart

// "words/01-红色.png": '/' and control characters become '_', a long word is cut at a character's end.
std::string heatmap_name(std::size_t index, const std::string& word) {
  std::string name;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    const bool starts_character = (byte & 0xC0U) != 0x80U;
    if (starts_character && name.size() >= kMaxNameBytes) break;
    const bool is_c1 = byte == 0xC2 && i + 1 < word.size() && static_cast<unsigned char>(word[i + 1]) < 0xA0;
    name += byte == '/' || byte < 0x20 || byte == 0x7F || is_c1 ? '_' : word[i];
    if (is_c1) ++i;
  }
  char number[32];
  std::snprintf(number, sizeof number, "words/%02zu-", index);
  return number + name + ".png";
}

fs::path output_dir(const RunOptions& options) {
  if (!options.out_dir.empty()) return options.out_dir;
  return fs::path("attnviz-out") / fs::path(options.image_path).stem();
}

// What an earlier run left in the folder. Another job's results are not overwritten without --force.
std::vector<std::string> earlier_files(const fs::path& dir, const RunOptions& options) {
  const std::optional<report::JobIdentity> earlier = report::read_identity(dir / "report.json");
  if (!earlier) return {};
  const bool same_job = earlier->image_path == options.image_path && earlier->instruction == options.instruction;
  if (!same_job && !options.force) {
    throw Error(ErrorCode::output, dir.string(), "holds the results of another job ('" + earlier->instruction + "')",
                "choose another folder with --out or overwrite with --force");
  }
  std::vector<std::string> files{"report.json"};  // the first to go: it says that a set is complete
  if (!earlier->heatmap_files.empty()) files.push_back("overview.png");
  for (const std::string& file : earlier->heatmap_files) {
    const fs::path name(file);  // a report may have been edited: nothing outside of words/ is ever removed
    if (name.parent_path() == "words" && name.filename() != "..") files.push_back(file);
  }
  return files;
}

void add_font_warning(Report& report, const render::Labels& labels) {
  for (std::size_t i = 0; i < report.words.size(); ++i) {
    if (labels.can_draw(report.words[i].text)) continue;
    report.warnings.push_back(
        {"no-font",
         "no installed font can draw '" + report.words[i].text +
             "'; pictures show the word's number (install a CJK font, for example fonts-noto-cjk)",
         std::nullopt, ""});
    return;  // once is enough
  }
}

void add_pictures(JobResult& job, const RunOptions& options, OutputSet& outputs) {
  Report& report = job.report;
  Stopwatch stage;
  const render::Labels labels(render::overview_text(report, options.looks));
  add_font_warning(report, labels);
  const std::vector<double> maxima = render::scale_maxima(report);
  for (std::size_t i = 0; i < report.words.size(); ++i) {
    report.heatmap_files.push_back(heatmap_name(i, report.words[i].text));
  }
  std::mutex writing;
  // Each picture is written as soon as it is drawn: all of them together may not fit into memory.
  parallel_for(report.words.size() + 1, [&](std::size_t i) {
    const std::vector<std::uint8_t> picture =
        render::encode_png(i == 0 ? render::overview(job.image, report, options.looks, labels)
                                  : render::word_picture(job.image, report.grid, report.readings[i - 1], maxima[i - 1],
                                                         options.looks, labels));
    const std::lock_guard lock(writing);
    Stopwatch write;
    outputs.add(i == 0 ? "overview.png" : report.heatmap_files[i - 1], picture);
    report.timing.write += write.elapsed_ms();
  });
  report.timing.render = stage.elapsed_ms() - report.timing.write;
}

// For people: a program that reads standard error is not told.
void say_where(const fs::path& dir, report::Language language) {
  if (::isatty(STDERR_FILENO) != 1) return;
  notice("attnviz: " + std::string(language == report::Language::zh ? "结果在 " : "results in ") + dir.string() + "\n");
}

void print_result(const RunOptions& options, const Report& report) {
  if (!options.common.quiet) {
    for (const Warning& warning : report.warnings) {
      notice("attnviz: " + report::to_text(warning, report.words, options.common.language) + "\n");
    }
  }
  if (options.standard_output == RunOptions::Stdout::text) {
    print(report::to_text(report, {options.common.language, options.colour}));
  } else if (options.standard_output == RunOptions::Stdout::json) {
    print(report::to_json(report));
  }
  if (!options.common.quiet) say_where(output_dir(options), options.common.language);
  if (options.verbose) notice(report::to_text(report.timing, options.common.language));
}

}  // namespace

void run_main_job(const RunOptions& options) {
  Stopwatch total, stage;
  const fs::path dir = output_dir(options);
  const std::vector<std::string> own = earlier_files(dir, options);
  OutputSet outputs(dir);

  const std::unique_ptr<model::Model> model = model::load(options.common.model);
  const double model_ms = stage.lap_ms();
  JobResult job = run_job(*model, options);
  Report& report = job.report;
  report.timing.load += model_ms;
  if (options.write_png) add_pictures(job, options, outputs);
  report.timing.total = total.elapsed_ms();
  if (options.write_json) outputs.add("report.json", report::to_json(report));
  outputs.commit(own, options.force);
  print_result(options, report);
}

}  // namespace attnviz::app
