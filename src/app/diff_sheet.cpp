#include "app/diff_sheet.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "attnviz/analysis/compare.hpp"
#include "attnviz/app/outputs.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/image/decode.hpp"
#include "attnviz/image/patchify.hpp"
#include "attnviz/render/matrix_sheet.hpp"

namespace attnviz::app {
namespace {

namespace fs = std::filesystem;

constexpr int kMostPatches = 2 * image::kMaxPatches;  // padding may surround those with content
constexpr std::size_t kMostRows = 60, kFewRows = 12;
// The characters of all Chinese labels below.
constexpr const char* kChineseLabels = "视角每行同一刻度词减少更多增加最高无此物的权重移走重叠画在图像上是：，；";

// Of a report's image: where the report says, seen from here, from its folder and from the folders above.
std::vector<fs::path> likely_places(const fs::path& image, const fs::path& report) {
  std::vector<fs::path> places{image};
  std::error_code error;
  fs::path folder = fs::absolute(report, error).parent_path();
  for (; image.is_relative() && !folder.empty(); folder = folder.parent_path()) {
    places.push_back(folder / image);
    if (folder == folder.parent_path()) break;
  }
  return places;
}

// Empty: it is in none of the places.
fs::path find_image(const fs::path& image, const fs::path& report) {
  std::error_code error;
  for (const fs::path& place : likely_places(image, report)) {
    if (fs::exists(place, error)) return place;
  }
  return {};
}

Image load_view(const DiffOptions& options, const ViewReading& a, const ViewReading& b) {
  const fs::path of_a = find_image(a.image_path, options.path_a), of_b = find_image(b.image_path, options.path_b);
  const fs::path& found = of_a.empty() ? of_b : of_a;
  if (found.empty()) {
    throw Error(ErrorCode::input, a.image_path, "no such file, and --png needs the image that the reports are of",
                "run in the folder where they were made");
  }
  Image image = image::load(found);
  if (image.width != a.grid.image_width || image.height != a.grid.image_height) {
    throw Error(ErrorCode::input, found.string(),
                "has " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                    " pixels, the reports are of " + std::to_string(a.grid.image_width) + " x " +
                    std::to_string(a.grid.image_height),
                "run in the folder where they were made");
  }
  // One map over the other's image would be a false picture.
  std::error_code error;
  if (!of_a.empty() && !of_b.empty() && !fs::equivalent(of_a, of_b, error) && image::load(of_b).rgb != image.rgb) {
    throw Error(ErrorCode::input, of_b.string(), "is another image than " + of_a.string(),
                "--png draws two reports of one image");
  }
  return image;
}

// The sheet's words, in the user's language.
struct Wording {
  bool chinese = false;
  const char* say(const char* en, const char* zh) const { return chinese ? zh : en; }
};

std::string fixed(double value, int decimals) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::string percent(double share) { return fixed(100 * share, 0) + " %"; }

WordReading as_reading(const std::vector<double>& map, const WordReading& of) {
  WordReading reading;
  reading.heat.assign(map.begin(), map.end());
  reading.nothing = of.nothing;
  return reading;
}

// Of a map as it is drawn, on the common grid.
std::string peak_caption(const Wording& wording, const WordReading& reading, const std::vector<double>& map) {
  constexpr double kWorthSaying = 0.3;
  std::string caption = wording.say("highest ", "最高 ") + fixed(*std::ranges::max_element(map), 3);
  if (reading.nothing.value_or(0) < kWorthSaying) return caption;
  return caption + wording.say(", ", "，") + percent(*reading.nothing) + wording.say(" nothing", " 无此物");
}

// A report's name over its maps: what is not the same in the other.
std::string side_name(const char* side, const Report& report, const Report& other, std::size_t view) {
  const auto patches = [view](const Report& of) {
    const PatchGrid& grid = of.views[view].grid;
    return std::to_string(grid.cols()) + " x " + std::to_string(grid.rows());
  };
  std::string name = side;
  if (report.model.name != other.model.name) name += "  " + report.model.name;
  if (report.shown.layer != other.shown.layer) name += "  layer " + report.shown.layer;
  if (report.shown.head != other.shown.head) name += "  head " + report.shown.head;
  if (report.shown.relative != other.shown.relative && report.shown.relative) name += "  relative";
  if (patches(report) != patches(other)) name += "  " + patches(report);
  return name;
}

// The sheet of one view, row by row.
class ViewSheet {
public:
  ViewSheet(const Report& a, const Report& b, const ReportComparison& found, std::size_t view, const Wording& wording)
      : a_(a), b_(b), found_(found), view_(view), wording_(wording) {}

  render::MapMatrix matrix(std::size_t num_rows, const render::Labels& labels) const {
    const PatchGrid& grid = found_.views[view_].grid;
    const std::string shown = std::to_string(num_rows), all = std::to_string(found_.words.pairs.size());
    render::MapMatrix matrix;
    matrix.title = view_ == 0 ? a_.instruction : wording_.say("view ", "视角 ") + std::to_string(view_);
    matrix.facts = {
        wording_.say("each row on one scale", "每行同一刻度"),
        std::to_string(grid.cols()) + " x " + std::to_string(grid.rows()) + wording_.say(" patches", " patch")};
    if (shown != all) matrix.facts.push_back(wording_.say("words ", "词 ") + shown + " / " + all);
    matrix.top_name = wording_.say("highest of its row", "每行最高");
    const std::string &image_a = a_.views[view_].image_path, &image_b = b_.views[view_].image_path;
    if (fs::path(image_a).filename() != fs::path(image_b).filename()) {
      matrix.facts.push_back(wording_.say("drawn on A's image; B is of ", "画在 A 的图像上；B 的图像是 ") +
                             fs::path(image_b).filename().string());
    }
    matrix.columns = {side_name("A", a_, b_, view_), side_name("B", b_, a_, view_),
                      wording_.say("lost: A has more", "减少：A 更多"),
                      wording_.say("gained: B has more", "增加：B 更多")};
    matrix.scale = render::MatrixScale::row;
    matrix.first_pale = 2;
    matrix.largest_map = num_rows <= kFewRows ? 300 : 180;
    for (std::size_t row = 0; row < num_rows; ++row) add_row(matrix, row, labels);
    return matrix;
  }

private:
  void add_row(render::MapMatrix& matrix, std::size_t row, const render::Labels& labels) const {
    const WordPair& pair = found_.words.pairs[row];
    const ViewComparison& view = found_.views[view_];
    const WordReading &a = a_.views[view_].readings[pair.a], &b = b_.views[view_].readings[pair.b];
    const std::vector<double> map_a = analysis::MapResampler(a_.views[view_].grid, view.grid)(a.heat);
    const std::vector<double> map_b = analysis::MapResampler(b_.views[view_].grid, view.grid)(b.heat);
    matrix.rows.push_back(labels.word_name(a_.words[pair.a].text, pair.a));
    matrix.maps.push_back(as_reading(map_a, a));
    matrix.maps.push_back(as_reading(map_b, b));
    matrix.maps.push_back(as_reading(analysis::excess(map_a, map_b), a));
    matrix.maps.push_back(as_reading(analysis::excess(map_b, map_a), b));
    const double overlap = view.words[row].overlap.value_or(0);
    matrix.captions.push_back(peak_caption(wording_, a, map_a));
    matrix.captions.push_back(peak_caption(wording_, b, map_b));
    matrix.captions.push_back(percent(1 - overlap) + wording_.say(" of the weight moved", " 的权重移走"));
    matrix.captions.push_back(wording_.say("overlap ", "重叠 ") + fixed(overlap, 2));
  }

  const Report &a_, &b_;
  const ReportComparison& found_;
  std::size_t view_;
  Wording wording_;
};

// Such a report was not made here, and to draw its maps would take minutes.
void check_grid(const DiffOptions& options, const PatchGrid& grid) {
  if (grid.num_patches() <= kMostPatches) return;
  throw Error(ErrorCode::input, options.path_a,
              "has " + std::to_string(grid.num_patches()) + " patches, too many for --png to draw");
}

void check_maps(const DiffOptions& options, const Report& a, const Report& b, const ReportComparison& found) {
  for (const ViewComparison& view : found.views) {
    check_grid(options, view.grid);
    const auto number = static_cast<std::size_t>(&view - found.views.data());
    for (const WordPair& pair : found.words.pairs) {
      const bool in_a = !a.views[number].readings[pair.a].heat.empty();
      if (in_a && !b.views[number].readings[pair.b].heat.empty()) continue;
      throw Error(ErrorCode::input, in_a ? options.path_b : options.path_a, "has no whole maps, which --png would draw",
                  "make it again with this version");
    }
  }
}

// Nothing that the reports are made of is overwritten, be it drawn or not.
void check_place(const DiffOptions& options, const Report& a, const Report& b) {
  std::error_code error;
  const auto refuse = [&](const fs::path& input, const char* what) {
    if (!fs::equivalent(input, options.png_path, error)) return;
    throw Error(ErrorCode::usage, "--png", options.png_path + " is " + what, "give another path");
  };
  refuse(options.path_a, "one of the reports");
  refuse(options.path_b, "one of the reports");
  const auto refuse_images = [&](const Report& report, const std::string& path) {
    for (const ViewReading& view : report.views) {
      for (const fs::path& place : likely_places(view.image_path, path)) refuse(place, "an image of the reports");
    }
  };
  refuse_images(a, options.path_a);
  refuse_images(b, options.path_b);
  check_file_place(options.png_path);
}

// All text that the sheet may show.
std::string sample_of(const Report& a, const Report& b, const ReportComparison& found) {
  std::string sample = a.instruction + a.model.name + b.model.name + b.main_view().image_path +
                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:%-/ ";
  for (const WordPair& pair : found.words.pairs) sample += a.words[pair.a].text;
  return sample;
}

}  // namespace

void write_diff_sheet(const DiffOptions& options, const Report& a, const Report& b, const ReportComparison& found) {
  check_maps(options, a, b, found);
  check_place(options, a, b);
  const bool wants_chinese = options.common.language == report::Language::zh;
  const render::Labels labels(sample_of(a, b, found) + (wants_chinese ? kChineseLabels : ""));
  const Wording wording{wants_chinese && labels.can_draw(kChineseLabels)};
  std::vector<Image> sheets;
  std::size_t rows_left = kMostRows;
  for (std::size_t view = 0; view < found.views.size() && rows_left > 0; ++view) {
    const std::size_t num_rows = std::min(rows_left, found.words.pairs.size());
    rows_left -= num_rows;
    const Image image = load_view(options, a.views[view], b.views[view]);
    sheets.push_back(render::matrix_sheet(image, found.views[view].grid,
                                          ViewSheet(a, b, found, view, wording).matrix(num_rows, labels),
                                          render::Looks{}, labels));
  }
  write_file(options.png_path, render::encode_png(render::stacked(std::move(sheets))));
}

}  // namespace attnviz::app
