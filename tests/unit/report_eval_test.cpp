// The outcome of an evaluation as JSON and as a table.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "attnviz/report/eval_report.hpp"

using attnviz::EvalSummary;
using attnviz::KindScores;
using attnviz::Mean;
using attnviz::report::Language;
using attnviz::report::to_json;
using attnviz::report::to_text;
using Json = nlohmann::ordered_json;

namespace {

EvalSummary sample_summary() {
  EvalSummary summary;
  summary.model = "base";
  const KindScores scores{{1, 3}, {3, 3}, {0.75, 3}, {0.3, 3}, {0, 3}, {1, 4}, {}};
  summary.kinds = {{"noun", scores}, {"all", scores}};
  summary.success = {1, 2};
  summary.success_chance = {0.25, 2};
  summary.skipped = {{"7", "line 7: not valid JSON"}};
  return summary;
}

}  // namespace

TEST_CASE("JSON: kinds without items are absent, means without items null") {
  const Json json = Json::parse(to_json(sample_summary()));
  CHECK(json["schema"] == "attnviz.eval/1");
  CHECK(json["model"] == "base");
  CHECK(json["kinds"].dump() ==
        R"({"noun":{"n":3,"mass":0.333333,"pointing":1,"iou":0.25,"chance":0.1,"centre":0,"control":0.25,)"
        R"("discrimination":null},"all":{"n":3,"mass":0.333333,"pointing":1,"iou":0.25,"chance":0.1,"centre":0,)"
        R"("control":0.25,"discrimination":null}})");
  CHECK(json["success"].dump() == R"({"n":2,"rate":0.5,"chance":0.125})");
  CHECK(json["skipped"].dump() == R"([{"id":"7","reason":"line 7: not valid JSON"}])");
}

TEST_CASE("the table") {
  CHECK(to_text(sample_summary(), Language::en) ==
        "model base\n"
        "kind         n       mass   pointing        iou     chance     centre    control  discrimin.\n"
        "noun         3      0.333      1.000      0.250      0.100      0.000      0.250          -\n"
        "all          3      0.333      1.000      0.250      0.100      0.000      0.250          -\n"
        "2 goals, success 0.500, chance 0.125\n"
        "skipped 7: line 7: not valid JSON\n");
}

TEST_CASE("the table in Chinese, of words alone, without goals") {
  EvalSummary summary = sample_summary();
  summary.alone = true;
  summary.success = {};
  const std::string text = to_text(summary, Language::zh);
  CHECK(text.starts_with("模型 base，单词单独评测\n类别         n  "));
  CHECK(text.find("目标点") == std::string::npos);
  CHECK(text.ends_with("跳过 7: line 7: not valid JSON\n"));
}

TEST_CASE("names from files cannot steer the terminal") {
  EvalSummary summary = sample_summary();
  summary.skipped = {{"\x1b[2J\n", "x"}};
  CHECK(to_text(summary, Language::en).ends_with("skipped ?[2J?: x\n"));
}
