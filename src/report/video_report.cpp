#include "attnviz/report/video_report.hpp"

#include <stdexcept>

#include "report/json_parts.hpp"
#include "report/json_reader.hpp"
#include "report/numbers.hpp"
#include "report/schema.hpp"

namespace attnviz::report {
namespace {

constexpr const char* kVideoSchema = "attnviz.video/1";

Json word_json(const Report& report, std::size_t index) {
  const WordReading& reading = report.main_view().readings[index];
  Json top = Json::array();
  for (const TopPatch& patch : reading.top) {
    top.push_back({{"patch", patch.patch}, {"weight", round_significant(patch.weight)}, {"box", box_json(patch.box)}});
  }
  return {{"index", index},
          {"text", report.words[index].text},
          {"entropy", round_significant(reading.entropy)},
          {"nothing", reading.nothing ? round_significant(*reading.nothing) : Json()},
          {"top", std::move(top)}};
}

}  // namespace

std::string frame_line(const FrameName& name, const Report& report) {
  if (report.main_view().readings.size() != report.words.size()) {
    throw std::logic_error("a frame has not one reading a word");
  }
  Json json{{"frame", name.number}};
  if (name.time_s) json["time_s"] = round_significant(*name.time_s);
  if (!name.image_path.empty()) json["image"] = name.image_path;
  Json words = Json::array();
  for (std::size_t i = 0; i < report.words.size(); ++i) words.push_back(word_json(report, i));
  json["words"] = std::move(words);
  json["target"] = target_json(report.target);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_json(const VideoSummary& summary) {
  Json shown{{"layer", summary.shown.layer}, {"head", summary.shown.head}, {"scale", summary.scale}};
  if (summary.shown.relative) shown["relative"] = true;
  const Json json{{"schema", kVideoSchema},
                  {"attnviz", ATTNVIZ_VERSION},
                  {"source", summary.source},
                  {"instruction", summary.instruction},
                  {"model", model_json(summary.model)},
                  {"shown", std::move(shown)},
                  {"frames", summary.num_frames},
                  {"every", summary.every},
                  {"frame_rate", summary.frame_rate > 0 ? round_significant(summary.frame_rate) : Json()},
                  {"codec", summary.codec.empty() ? Json() : Json(summary.codec)},
                  {"warnings", warnings_json(summary.warnings)},
                  {"files", summary.files}};
  return pretty(json) + "\n";
}

std::optional<VideoSummary> read_video_summary(const std::filesystem::path& path) {
  try {
    const Json json = parse_json(read_text(path, kMaxReportBytes));
    if (json.at("schema") != kVideoSchema) return std::nullopt;
    VideoSummary summary;
    summary.source = json.at("source").get<std::string>();
    summary.instruction = json.at("instruction").get<std::string>();
    summary.files = json.at("files").get<std::vector<std::string>>();
    return summary;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace attnviz::report
