// Documents that users hand in: finished reports, reports of videos, data sets.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "attnviz/analysis/compare.hpp"
#include "attnviz/render/pictures.hpp"
#include "attnviz/report/diff_report.hpp"
#include "attnviz/report/inspect.hpp"
#include "attnviz/report/report_file.hpp"
#include "attnviz/report/report_json.hpp"
#include "attnviz/report/report_reader.hpp"
#include "attnviz/report/video_report.hpp"
#include "fuzz/readers.hpp"
#include "support/sample_report.hpp"

namespace attnviz::test {
namespace {

bool is_of_one_image(const Report& a, const Report& b) {
  for (std::size_t i = 0; i < std::min(a.views.size(), b.views.size()); ++i) {
    const PatchGrid &in_a = a.views[i].grid, &in_b = b.views[i].grid;
    if (in_a.image_width != in_b.image_width || in_a.image_height != in_b.image_height) return false;
  }
  return true;
}

// As attnviz diff does it, which refuses what is not to be compared.
void compare(const Report& a, const Report& b) {
  const WordPairing words = analysis::pair_words(a.words, b.words);
  if (words.pairs.empty() || !is_of_one_image(a, b)) return;
  const ReportComparison comparison = analysis::compare(a, b, words);
  report::diff_text({"a.json", a}, {"b.json", b}, comparison, {});
  report::diff_json({"a.json", a}, {"b.json", b}, comparison);
}

// All that is done with a finished report.
void inspect(const std::string& path) {
  report::read_identity(path);
  const std::string text = report::read_report_text(path);
  const Report report = report::parse_report(text, path);
  std::vector<std::size_t> words(report.words.size());
  std::iota(words.begin(), words.end(), std::size_t{0});
  report::inspect_text(report, words, 2, {});
  report::inspect_csv(report, words, 2);
  report::inspect_json(text, words, 2);
  compare(report, report);
  constexpr int kMostPixels = 1 << 16;  // to draw more takes its time, and shows no more
  for (const ViewReading& view : report.views) {
    if (std::int64_t{view.grid.image_width} * view.grid.image_height > kMostPixels) continue;
    for (const WordReading& reading : view.readings) {
      if (!reading.heat.empty()) render::upsample(reading.heat, view.grid, render::Interpolation::cubic);
    }
  }
}

// With a map, on an image of a few patches. `shift`: weight that goes to the other patch.
Report small_report(float shift = 0) {
  Report report = sample_report();
  report.main_view().grid = {.image_width = 32,
                             .image_height = 16,
                             .input_width = 32,
                             .input_height = 32,
                             .content_width = 32,
                             .content_height = 16,
                             .patch_px = 16};
  for (WordReading& reading : report.main_view().readings) {
    reading.heat = {0.75F - shift, 0.25F + shift, 0, 0};
    reading.top = {{1, 0, 0, 0, 0.75, 0.75, {0, 0, 16, 16}}, {2, 1, 0, 1, 0.25, 1, {16, 0, 32, 16}}};
  }
  return report;
}

std::string one_line(std::string json) {
  std::erase(json, '\n');
  return json;
}

}  // namespace

Reader report_reader(const TempDir& dir) {
  const std::string item =
      R"({"image": "a.png", "instruction": "red cup", "targets": [{"word": "red", "kind": "colour", "boxes": [[1, 2, 3, 4]]}], "present": ["cup"], "goal": {"mask": "m.png"}})";
  const std::string large = report::to_json(sample_report()), small = report::to_json(small_report());
  return {
      "report",
      {{"report", {large, small}, from_file(dir, inspect)},
       {"two reports, a line each",
        {one_line(small) + "\n" + one_line(report::to_json(small_report(0.2F))),
         one_line(large) + "\n" + one_line(small)},
        [](const std::string& bytes) {
          const std::size_t end = bytes.find('\n');
          if (end == std::string::npos) return;
          compare(report::parse_report(bytes.substr(0, end), "a.json"),
                  report::parse_report(bytes.substr(end + 1), "b.json"));
        }},
       {"video report",
        {R"({"schema": "attnviz.video/1", "source": "frames", "instruction": "red cup", "files": ["frames.jsonl"]})"},
        from_file(dir, [](const std::string& path) { report::read_video_summary(path); })},
       {"data set", {item + "\n" + item}, from_file(dir, [](const std::string& path) {
          report::read_dataset(path);
        })}}};
}

}  // namespace attnviz::test
