#include "attnviz/report/report_json.hpp"

#include <optional>
#include <stdexcept>

#include "report/json_parts.hpp"
#include "report/numbers.hpp"
#include "report/schema.hpp"

namespace attnviz::report {
namespace {

Json top_json(const std::vector<TopPatch>& top) {
  Json out = Json::array();
  for (const TopPatch& patch : top) {
    out.push_back({{"rank", patch.rank},
                   {"patch", patch.patch},
                   {"row", patch.row},
                   {"col", patch.col},
                   {"weight", round_significant(patch.weight)},
                   {"cumulative", round_significant(patch.cumulative)},
                   {"box", box_json(patch.box)}});
  }
  return out;
}

Json tokens_json(const std::vector<Token>& tokens) {
  Json out = Json::array();
  for (const Token& token : tokens) out.push_back(token.text);
  return out;
}

// The kinds that reports speak of; those that only models tell apart are "other".
Json kind_json(const std::optional<WordKind>& kind) {
  if (!kind) return nullptr;
  const bool is_told = *kind == WordKind::verb || *kind == WordKind::colour || *kind == WordKind::noun;
  return to_string(is_told ? *kind : WordKind::other);
}

// Empty names and missing values are null.
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// What a word looks at in one view. `files`: one a word, or none.
void add_reading(Json& json, const WordReading& reading, const std::vector<std::string>& files, std::size_t word) {
  json["entropy"] = round_significant(reading.entropy);
  json["nothing"] = reading.nothing ? round_significant(*reading.nothing) : Json();
  json["sink"] = round_significant(reading.sink);
  json["top"] = top_json(reading.top);
  json["heatmap"] = files.empty() ? Json() : text_or_null(files[word]);
}

void add_map(Json& json, const WordReading& reading) {
  if (reading.heat.empty()) return;  // of a report that was read back without
  Json map = Json::array();
  for (const float weight : reading.heat) map.push_back(round_significant(weight));
  json["map"] = std::move(map);
}

// The main view's reading, then those of further views.
Json word_json(const Report& report, std::size_t index) {
  const Word& word = report.words[index];
  const ViewReading& main = report.main_view();
  Json json{{"index", index},
            {"text", word.text},
            {"bytes", {word.byte_begin, word.byte_end}},
            {"tokens", tokens_json(word.tokens)},
            {"known", word.known},
            {"kind", kind_json(word.kind)}};
  add_reading(json, main.readings[index], main.heatmap_files, index);
  json["views"] = Json::array();
  for (std::size_t i = 1; i < report.views.size(); ++i) {
    const ViewReading& view = report.views[i];
    Json of_view = Json::object();
    add_reading(of_view, view.readings[index], view.heatmap_files, index);
    add_map(of_view, view.readings[index]);
    json["views"].push_back(std::move(of_view));
  }
  add_map(json, main.readings[index]);
  return json;
}

// Parallel lists, one entry a patch; no word: -1.
Json patches_json(const std::vector<PatchReading>& patches) {
  Json words = Json::array(), shares = Json::array(), strengths = Json::array();
  for (const PatchReading& patch : patches) {
    words.push_back(patch.word);
    shares.push_back(round_significant(patch.share));
    strengths.push_back(round_significant(patch.strength));
  }
  return {{"word", std::move(words)}, {"share", std::move(shares)}, {"strength", std::move(strengths)}};
}

Json further_views_json(const Report& report) {
  Json out = Json::array();
  for (std::size_t i = 1; i < report.views.size(); ++i) {
    out.push_back(image_json(report.views[i]));
    out.back()["grid"] = grid_json(report.views[i].grid);
    if (!report.views[i].patches.empty()) out.back()["patches"] = patches_json(report.views[i].patches);
  }
  return out;
}

Json words_json(const Report& report) {
  Json out = Json::array();
  for (std::size_t i = 0; i < report.words.size(); ++i) out.push_back(word_json(report, i));
  return out;
}

Json timing_json(const StageTimes& timing) {
  return {{"load", round_significant(timing.load)},     {"encode", round_significant(timing.encode)},
          {"attend", round_significant(timing.attend)}, {"render", round_significant(timing.render)},
          {"write", round_significant(timing.write)},   {"total", round_significant(timing.total)}};
}

void check_sizes(const Report& report) {
  for (const ViewReading& view : report.views) {
    const std::size_t words = report.words.size(), files = view.heatmap_files.size();
    if (view.readings.size() != words || (files != 0 && files != words)) {
      throw std::logic_error("a report has not one reading a word");
    }
  }
}

}  // namespace

std::string to_json(const Report& report, bool with_timing) {
  check_sizes(report);
  Json json{{"schema", kReportSchema},
            {"attnviz", ATTNVIZ_VERSION},
            {"image", image_json(report.main_view())},
            {"views", further_views_json(report)},
            {"instruction", report.instruction},
            {"model", model_json(report.model)},
            {"grid", grid_json(report.main_view().grid)},
            {"shown",
             {{"layer", report.shown.layer},
              {"head", report.shown.head},
              {"scale", report.scale},
              {"direction", report.main_view().patches.empty() ? "words" : "patches"}}},
            {"words", words_json(report)},
            {"target", target_json(report.target)},
            {"warnings", warnings_json(report.warnings)}};
  if (report.shown.relative) json["shown"]["relative"] = true;
  if (!report.main_view().patches.empty()) json["patches"] = patches_json(report.main_view().patches);
  if (with_timing) json["timing_ms"] = timing_json(report.timing);
  return pretty(json) + "\n";
}

}  // namespace attnviz::report
