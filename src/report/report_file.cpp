#include "attnviz/report/report_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <unordered_set>

#include "attnviz/core/error.hpp"
#include "report/json_reader.hpp"
#include "report/schema.hpp"

namespace attnviz::report {
namespace {

constexpr int kMaxPixels = 1 << 20, kMaxWords = 100'000, kMaxPatches = 1 << 24;
constexpr double kMostWeight = 1 + 1e-5;  // rounded to 6 digits
constexpr double kSumTolerance = 1e-3;
constexpr double kFarthest = 1 << 24;  // pixels: what is farther lies in no image

PatchGrid parse_grid(const Json& json, const Json& image, int patch_px) {
  PatchGrid grid;
  grid.image_width = whole_member(image, "width", 1, kMaxPixels);
  grid.image_height = whole_member(image, "height", 1, kMaxPixels);
  grid.patch_px = patch_px;
  grid.input_width = whole_member(json, "input_width", patch_px, kMaxPixels);
  grid.input_height = whole_member(json, "input_height", patch_px, kMaxPixels);
  const Json& content = array_member(json, "content");
  if (content.size() != 4) throw std::runtime_error("\"content\" is not [x0, y0, x1, y1]");
  const Json corners{
      {"content x0", content[0]}, {"content y0", content[1]}, {"content x1", content[2]}, {"content y1", content[3]}};
  grid.content_left = whole_member(corners, "content x0", -kMaxPixels, grid.input_width - 1);
  grid.content_top = whole_member(corners, "content y0", -kMaxPixels, grid.input_height - 1);
  grid.content_width =
      whole_member(corners, "content x1", std::max(grid.content_left, 0) + 1, kMaxPixels) - grid.content_left;
  grid.content_height =
      whole_member(corners, "content y1", std::max(grid.content_top, 0) + 1, kMaxPixels) - grid.content_top;
  if (grid.input_width % patch_px != 0 || grid.input_height % patch_px != 0) {
    throw std::runtime_error("the input of \"grid\" is not whole patches");
  }
  if (std::int64_t{grid.rows()} * grid.cols() > kMaxPatches) {
    throw std::runtime_error("\"grid\" has more than " + std::to_string(kMaxPatches) + " patches");
  }
  if (whole_member(json, "rows", 1, kMaxPixels) != grid.rows() ||
      whole_member(json, "cols", 1, kMaxPixels) != grid.cols()) {
    throw std::runtime_error("\"grid\" has other rows and columns than its input");
  }
  return grid;
}

bool is_pixel(const Json& json) { return json.is_number() && std::abs(json.get<double>()) <= kFarthest; }

Box box_of(const Json& object) {
  const Json& json = array_member(object, "box");
  const Box box = parse_box(json, "\"box\"");
  if (!std::ranges::all_of(json, is_pixel)) throw std::runtime_error("\"box\" is not of pixels");
  if (box.x1 < box.x0 || box.y1 < box.y0) throw std::runtime_error("\"box\" is inside out");
  return box;
}

// A share of a whole.
double share_member(const Json& json, const char* name) {
  const double share = number_member(json, name);
  if (!(share >= 0 && share <= kMostWeight)) {
    throw std::runtime_error("\"" + std::string(name) + "\" is not from 0 to 1");
  }
  return share;
}

TopPatch parse_top(const Json& json, const PatchGrid& grid) {
  TopPatch patch;
  patch.rank = whole_member(json, "rank", 1, kMaxPatches);
  patch.patch = whole_member(json, "patch", 0, grid.num_patches() - 1);
  patch.row = whole_member(json, "row", 0, grid.rows() - 1);
  patch.col = whole_member(json, "col", 0, grid.cols() - 1);
  if (patch.row != grid.row_of(patch.patch) || patch.col != grid.col_of(patch.patch)) {
    throw std::runtime_error("\"top\" has a patch with another's row or column");
  }
  patch.weight = share_member(json, "weight");
  patch.cumulative = share_member(json, "cumulative");
  patch.box = box_of(json);
  return patch;
}

// The highest weight first, each patch once: what reads it takes the first for the best.
std::vector<TopPatch> parse_tops(const Json& json, const PatchGrid& grid) {
  std::vector<TopPatch> tops;
  std::unordered_set<int> patches;
  for (const Json& item : json) {
    const TopPatch patch = parse_top(item, grid);
    const bool follows = tops.empty() || patch.weight <= tops.back().weight;
    if (!follows || !patches.insert(patch.patch).second) {
      throw std::runtime_error("\"top\" is not in order, or has a patch twice");
    }
    tops.push_back(patch);
  }
  if (tops.empty()) throw std::runtime_error("\"top\" is empty");
  return tops;
}

std::optional<double> share_or_null(const Json& json, const char* name) {
  if (json.contains(name) && json[name].is_null()) return std::nullopt;
  return share_member(json, name);
}

std::vector<float> parse_map(const Json& json, const PatchGrid& grid) {
  std::vector<float> map;
  if (!json.contains("map")) return map;
  for (const Json& weight : array_member(json, "map")) {
    const double value = weight.is_number() ? weight.get<double>() : -1;
    if (!(value >= 0 && value <= kMostWeight)) throw std::runtime_error("\"map\" is not of weights");
    map.push_back(static_cast<float>(value));
  }
  if (map.size() != static_cast<std::size_t>(grid.num_patches())) {
    throw std::runtime_error("\"map\" has not one weight a patch");
  }
  double sum = 0;
  for (int patch = 0; patch < grid.num_patches(); ++patch) {
    const float weight = map[static_cast<std::size_t>(patch)];
    if (weight > 0 && !grid.has_content(patch)) throw std::runtime_error("\"map\" has weight outside of the image");
    sum += weight;
  }
  if (std::abs(sum - 1) > kSumTolerance) throw std::runtime_error("\"map\" does not sum to 1 over the image");
  return map;
}

WordReading parse_reading(const Json& json, const PatchGrid& grid) {
  WordReading reading;
  reading.entropy = share_member(json, "entropy");
  reading.nothing = share_or_null(json, "nothing");
  reading.sink = share_member(json, "sink");
  reading.top = parse_tops(array_member(json, "top"), grid);
  reading.heat = parse_map(json, grid);
  return reading;
}

void parse_word(const Json& json, Report& report) {
  Word word;
  word.text = string_member(json, "text");
  word.known = member(json, "known", Json::value_t::boolean, "true or false").get<bool>();
  if (json.contains("kind") && json["kind"].is_string()) word.kind = parse_word_kind(json["kind"].get<std::string>());
  report.words.push_back(std::move(word));
  report.main_view().readings.push_back(parse_reading(json, report.main_view().grid));
  const Json& views = array_member(json, "views");
  if (views.size() + 1 != report.views.size()) throw std::runtime_error("\"views\" has not one reading a view");
  for (std::size_t i = 0; i < views.size(); ++i) {
    ViewReading& view = report.views[i + 1];
    view.readings.push_back(parse_reading(views[i], view.grid));
  }
}

void parse_target(const Json& json, Report& report) {
  if (!json.contains("target") || json["target"].is_null()) return;
  const Json& target = object_member(json, "target");
  const Json& point = array_member(target, "point");
  if (point.size() != 2 || !is_pixel(point[0]) || !is_pixel(point[1])) {
    throw std::runtime_error("\"point\" is not [x, y]");
  }
  report.target = Target{{point[0].get<double>(), point[1].get<double>()}, box_of(target)};
  report.target->score = share_member(target, "score");
}

void parse_facts(const Json& json, Report& report) {
  const Json &image = object_member(json, "image"), &model = object_member(json, "model"),
             &shown = object_member(json, "shown");
  report.main_view().image_path = string_member(image, "path");
  report.instruction = string_member(json, "instruction");
  report.model.name = string_member(model, "name");
  report.model.fusion = string_member(model, "fusion");
  report.model.signal = string_member(model, "signal");
  report.model.num_layers = static_cast<std::size_t>(whole_member(model, "layers", 0, kMaxWords));
  report.model.num_heads = static_cast<std::size_t>(whole_member(model, "heads", 0, kMaxWords));
  report.model.model_dim = static_cast<std::size_t>(whole_member(model, "dim", 0, kMaxPatches));
  report.model.patch_px = whole_member(model, "patch_px", 1, kMaxPixels);
  report.shown = {string_member(shown, "layer"), string_member(shown, "head")};
  report.shown.relative =
      shown.contains("relative") && member(shown, "relative", Json::value_t::boolean, "true or false").get<bool>();
  report.scale = string_member(shown, "scale");
  report.main_view().grid = parse_grid(object_member(json, "grid"), image, report.model.patch_px);
  for (const Json& view : array_member(json, "views")) {
    ViewReading& further = report.views.emplace_back();
    further.image_path = string_member(view, "path");
    further.grid = parse_grid(object_member(view, "grid"), view, report.model.patch_px);
  }
}

Report report_of(const Json& json) {
  const std::string schema = string_member(json, "schema");
  if (schema != kReportSchema) {
    throw std::runtime_error("is of schema '" + schema + "', this program reads " + kReportSchema);
  }
  Report report;
  parse_facts(json, report);
  const Json& words = array_member(json, "words");
  if (words.empty()) throw std::runtime_error("\"words\" is empty");
  if (words.size() > kMaxWords) throw std::runtime_error("more than " + std::to_string(kMaxWords) + " words");
  for (const Json& word : words) parse_word(word, report);
  parse_target(json, report);
  for (const Json& item : array_member(json, "warnings")) {
    Warning warning{string_member(item, "code"), string_member(item, "message"), std::nullopt, ""};
    if (item.contains("word")) {
      warning.word = static_cast<std::size_t>(whole_member(item, "word", 0, static_cast<int>(words.size()) - 1));
    }
    report.warnings.push_back(std::move(warning));
  }
  return report;
}

}  // namespace

std::string read_report_text(const std::filesystem::path& path) { return read_text(path, kMaxReportBytes); }

Report parse_report(const std::string& text, const std::filesystem::path& path) {
  try {
    return report_of(parse_json(text));
  } catch (const std::runtime_error& problem) {
    throw Error(ErrorCode::input, path.string(), problem.what(), "give a report.json that attnviz wrote");
  }
}

}  // namespace attnviz::report
