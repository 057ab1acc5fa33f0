#include "attnviz/report/diff_report.hpp"
#include "report/diff_facts.hpp"
#include "report/json_parts.hpp"
#include "report/numbers.hpp"

namespace attnviz::report {
namespace {

Json number_or_null(const std::optional<double>& number) { return number ? round_significant(*number) : Json(); }

Json rank_json(const std::optional<int>& rank) { return rank ? Json(*rank) : Json(); }

Json side_json(const DiffSide& side) {
  const Report& report = side.report;
  const ViewChoice& shown = report.shown;
  return {{"report", side.path},
          {"image", image_json(report.main_view())},
          {"instruction", report.instruction},
          {"model", model_json(report.model)},
          {"grid", grid_json(report.main_view().grid)},
          {"shown", {{"layer", shown.layer}, {"head", shown.head}, {"relative", shown.relative}}}};
}

Json peak_json(const MapPeak& peak) {
  return {{"patch", peak.patch},
          {"point", point_json(peak.centre)},
          {"weight", round_significant(peak.weight)},
          {"rank_in_other", rank_json(peak.rank_in_other)}};
}

Json shifted_json(const ShiftedWeight& shifted) {
  return {{"point", point_json(shifted.centre)}, {"box", box_json(shifted.strongest)}};
}

Json moved_json(const std::optional<Movement>& moved) {
  if (!moved) return nullptr;
  return {{"share", round_significant(moved->share)},
          {"distance", round_significant(moved->distance)},
          {"from", shifted_json(moved->lost)},
          {"to", shifted_json(moved->gained)}};
}

Json standing_json(const Standing& standing) {
  return {{"rank", rank_json(standing.rank)}, {"weight", number_or_null(standing.weight)}};
}

Json ranks_json(const std::vector<RankChange>& ranks) {
  Json out = Json::array();
  for (const RankChange& change : ranks) {
    out.push_back({{"patch", change.patch}, {"a", standing_json(change.a)}, {"b", standing_json(change.b)}});
  }
  return out;
}

void add_figures(Json& json, const MapComparison& word, const WordReading& a, const WordReading& b, double diagonal) {
  json["compared"] = word.whole ? "maps" : "listed";
  json["overlap"] = number_or_null(word.overlap);
  json["peak"] = {{"a", peak_json(word.a)},
                  {"b", peak_json(word.b)},
                  {"distance", round_significant(word.distance)},
                  {"distance_share", round_significant(word.distance / diagonal)}};
  json["entropy"] = {{"a", round_significant(a.entropy)}, {"b", round_significant(b.entropy)}};
  json["nothing"] = {{"a", number_or_null(a.nothing)}, {"b", number_or_null(b.nothing)}};
  json["moved"] = moved_json(word.moved);
  json["ranks"] = ranks_json(word.ranks);
}

Json word_json(const Report& a, const Report& b, const ReportComparison& found, std::size_t index) {
  const WordPair& pair = found.words.pairs[index];
  Json json{{"text", a.words[pair.a].text}, {"a", pair.a}, {"b", pair.b}};
  Json further = Json::array();
  for (std::size_t i = 0; i < found.views.size(); ++i) {
    Json of_view = Json::object();
    add_figures(i == 0 ? json : of_view, found.views[i].words[index], a.views[i].readings[pair.a],
                b.views[i].readings[pair.b], diagonal_of(found.views[i].grid));
    if (i > 0) further.push_back(std::move(of_view));
  }
  json["views"] = std::move(further);
  return json;
}

Json targets_json(const Report& a, const Report& b, const ReportComparison& found) {
  if (!a.target && !b.target) return nullptr;
  Json json{{"a", target_json(a.target)}, {"b", target_json(b.target)}};
  const auto& target = found.target;
  json["distance"] = target ? round_significant(target->distance) : Json();
  json["distance_share"] =
      target ? round_significant(target->distance / diagonal_of(found.views.front().grid)) : Json();
  json["iou"] = target ? round_significant(target->iou) : Json();
  return json;
}

Json alone_json(const Report& report, const std::vector<std::size_t>& words) {
  Json out = Json::array();
  for (const std::size_t word : words) out.push_back({{"index", word}, {"text", report.words[word].text}});
  return out;
}

}  // namespace

std::string diff_json(const DiffSide& a, const DiffSide& b, const ReportComparison& found) {
  Json differ = Json::array(), words = Json::array();
  for (const DiffFact& fact : diff_facts(a.report, b.report)) {
    if (fact.differs()) differ.push_back(fact.name);
  }
  for (std::size_t i = 0; i < found.words.pairs.size(); ++i) {
    words.push_back(word_json(a.report, b.report, found, i));
  }
  return pretty({{"schema", "attnviz.diff/1"},
                 {"attnviz", ATTNVIZ_VERSION},
                 {"a", side_json(a)},
                 {"b", side_json(b)},
                 {"differ", std::move(differ)},
                 {"overlap", number_or_null(mean_overlap(found))},
                 {"words", std::move(words)},
                 {"target", targets_json(a.report, b.report, found)},
                 {"only_a", alone_json(a.report, found.words.only_a)},
                 {"only_b", alone_json(b.report, found.words.only_b)}}) +
         "\n";
}

}  // namespace attnviz::report
