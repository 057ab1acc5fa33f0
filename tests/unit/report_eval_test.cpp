// The outcome of an evaluation as JSON and as a table.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

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
  summary.nothing = {12, 0.9375, 0.75, 0.5};
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
  CHECK(json["nothing"].dump() == R"({"n":12,"auc":0.9375,"precision":0.75,"recall":0.5})");
  CHECK_FALSE(json.contains("ms"));  // two runs of an evaluation write the same file
  CHECK(json["skipped"].dump() == R"([{"id":"7","reason":"line 7: not valid JSON"}])");
}

TEST_CASE("the table") {
  CHECK(to_text(sample_summary(), Language::en) ==
        "model base\n"
        "kind         n       mass   pointing        iou     chance     centre    control  discrimin.\n"
        "noun         3      0.333      1.000      0.250      0.100      0.000      0.250          -\n"
        "all          3      0.333      1.000      0.250      0.100      0.000      0.250          -\n"
        "2 goals, success 0.500, chance 0.125\n"
        "12 pairs of nouns, present and absent told apart by \"nothing here\": AUC 0.938; its warning: precision "
        "0.750, recall 0.500\n"
        "skipped 7: line 7: not valid JSON\n");
}

TEST_CASE("the table in Chinese, of words alone, without goals") {
  EvalSummary summary = sample_summary();
  summary.alone = true;
  summary.success = {};
  summary.nothing = {};
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

TEST_CASE("the table of several models, headings aligned in both languages") {
  EvalSummary one = sample_summary(), other;
  one.num_parameters = 5'600'000;
  one.ms = 21.26;
  one.kinds["verb"] = KindScores{{1, 4}, {1, 2}, {}, {}, {}, {}, {}};
  other.model = "single-stream";
  const std::string english = to_text({one, other}, Language::en), chinese = to_text({one, other}, Language::zh);
  CHECK(english.starts_with(std::string(66, ' ') + "colour" + std::string(26, ' ') + "noun" + std::string(26, ' ') +
                            "verb\n"));
  const auto line = [](const std::string& text, int number) {
    std::istringstream lines(text);
    std::string found;
    for (int i = 0; i <= number; ++i) std::getline(lines, found);
    return found;
  };
  CHECK(line(english, 1).starts_with("model             params       ms  success        mass    point      iou  "));
  CHECK(line(english, 2) ==
        "base              5.60 M     21.3    0.500           -        -        -       0.333    1.000    0.250       "
        "0.250    0.500        -");
  CHECK(line(english, 3).starts_with("single-stream     0.00 M        -        -           -        -        -  "));
  CHECK(line(english, 1).size() == line(english, 2).size());
  // A Chinese character takes two columns and three bytes.
  CHECK(line(chinese, 1).starts_with("模型                参数     毫秒   成功率        占比     命中   交并比  "));
  CHECK(line(chinese, 2) == line(english, 2));
}

TEST_CASE("JSON of several models") {
  EvalSummary one = sample_summary(), other;
  one.num_parameters = 5'600'000;
  one.ms = 21.25;
  const Json json = Json::parse(to_json(std::vector<EvalSummary>{one, other}));
  CHECK(json["schema"] == "attnviz.eval-table/1");
  REQUIRE(json["models"].size() == 2);
  Json first = json["models"][0];
  CHECK(first["params"] == 5'600'000);
  CHECK(first["ms"] == 21.25);
  CHECK(json["models"][1]["ms"].is_null());
  first.erase("params");
  first.erase("ms");
  CHECK(first == Json::parse(to_json(one)));
}
