#include "attnviz/report/report_reader.hpp"

#include <fstream>
#include <stdexcept>

#include "attnviz/core/error.hpp"

#include "report/json_reader.hpp"
#include "report/schema.hpp"

namespace attnviz::report {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDatasetBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxLineBytes = std::size_t{4} << 20;
constexpr std::size_t kMaxTargets = 256;  // of one item: each is a region of the image's size in memory

RegionSource parse_region(const Json& json, const fs::path& folder) {
  RegionSource region;
  if (json.contains("mask")) {
    region.mask_path = (folder / string_member(json, "mask")).string();
    return region;
  }
  for (const Json& box : array_member(json, "boxes")) {
    region.boxes.push_back(parse_box(box, "a box"));
    if (region.boxes.back().area() <= 0) throw std::runtime_error("a box is empty");
  }
  if (region.boxes.empty()) throw std::runtime_error("\"boxes\" is empty");
  return region;
}

EvalTarget parse_target(const Json& json, const fs::path& folder) {
  if (!json.is_object()) throw std::runtime_error("a target is not an object");
  const std::string kind_name = string_member(json, "kind");
  const auto kind = parse_word_kind(kind_name);
  if (kind != WordKind::colour && kind != WordKind::noun && kind != WordKind::verb) {
    throw std::runtime_error("kind '" + kind_name + "' is not colour, noun or verb");
  }
  return {string_member(json, "word"), *kind, parse_region(json, folder)};
}

EvalItem parse_item(const Json& json, const fs::path& folder) {
  if (!json.is_object()) throw std::runtime_error("not an object");
  EvalItem item;
  item.image_path = (folder / string_member(json, "image")).string();
  if (json.contains("attention")) {
    item.attention_path = (folder / string_member(json, "attention")).string();
    if (json.contains("words")) item.words = string_member(json, "words");
  } else {
    item.instruction = string_member(json, "instruction");
  }
  const Json& targets = array_member(json, "targets");
  if (targets.size() > kMaxTargets) throw std::runtime_error("more than " + std::to_string(kMaxTargets) + " targets");
  for (const Json& target : targets) {
    item.targets.push_back(parse_target(target, folder));
  }
  if (json.contains("present")) {
    for (const Json& word : array_member(json, "present")) {
      if (!word.is_string()) throw std::runtime_error("\"present\" is not of strings");
      item.present.push_back(word.get<std::string>());
    }
  }
  if (const auto goal = json.find("goal"); goal != json.end() && !goal->is_null()) {
    if (!goal->is_object()) throw std::runtime_error("\"goal\" is not an object");
    item.goal = parse_region(*goal, folder);
  }
  return item;
}

std::string id_of(const Json& json, std::size_t line) {
  const bool named = json.is_object() && json.contains("id") && json["id"].is_string();
  return named ? json["id"].get<std::string>() : std::to_string(line);
}

void read_line(const std::string& text, std::size_t line, const fs::path& folder, EvalDataset& dataset) {
  std::string id = std::to_string(line);
  try {
    if (text.size() > kMaxLineBytes) throw std::runtime_error("the line is longer than 4 MiB");
    const Json json = parse_json(text);
    id = id_of(json, line);
    EvalItem item = parse_item(json, folder);
    item.line = line;
    item.id = id;
    dataset.items.push_back(std::move(item));
  } catch (const std::runtime_error& error) {
    dataset.skipped.push_back({id, "line " + std::to_string(line) + ": " + error.what()});
  }
}

}  // namespace

std::optional<JobIdentity> read_identity(const fs::path& path) {
  try {
    const Json json = parse_json(read_text(path, kMaxReportBytes));
    JobIdentity identity{json.at("image").at("path").get<std::string>(),
                         json.at("instruction").get<std::string>(),
                         json.at("model").at("name").get<std::string>(),
                         {},
                         {}};
    const auto add_picture = [&identity](const Json& entry) {
      if (entry.at("heatmap").is_string()) identity.heatmap_files.push_back(entry["heatmap"].get<std::string>());
    };
    for (const Json& word : json.at("words")) {
      add_picture(word);
      for (const Json& view : word.at("views")) add_picture(view);
    }
    for (const Json& view : json.at("views")) identity.view_paths.push_back(view.at("path").get<std::string>());
    return identity;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

EvalDataset read_dataset(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) throw Error(ErrorCode::input, path.string(), "no such file");
  if (!fs::is_regular_file(path, error)) throw Error(ErrorCode::input, path.string(), "is not a file");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::input, path.string(), "cannot be read");
  if (fs::file_size(path, error) > kMaxDatasetBytes) {
    throw Error(ErrorCode::input, path.string(), "is larger than 1 GiB", "split it");
  }
  EvalDataset dataset;
  std::string text;
  for (std::size_t line = 1; std::getline(file, text); ++line) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    read_line(text, line, path.parent_path(), dataset);
  }
  return dataset;
}

}  // namespace attnviz::report
