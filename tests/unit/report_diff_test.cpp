// What is said of two reports: the text's columns and the JSON.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "attnviz/analysis/compare.hpp"
#include "attnviz/report/diff_report.hpp"
#include "report/terminal_text.hpp"
#include "support/sample_report.hpp"

using namespace attnviz;
using attnviz::test::sample_report;
using Json = nlohmann::ordered_json;

namespace {

// The sample with whole maps: all weight on the patches given, one a word.
Report mapped_report(const std::vector<std::size_t>& patches) {
  Report report = sample_report();
  for (std::size_t word = 0; word < patches.size(); ++word) {
    WordReading& reading = report.main_view().readings[word];
    reading.heat.assign(320, 0);
    reading.heat[patches[word]] = 1;
    reading.top[0].patch = static_cast<int>(patches[word]);
  }
  return report;
}

struct Pair {
  Report a, b;
  ReportComparison found() const { return analysis::compare(a, b, analysis::pair_words(a.words, b.words)); }
  std::string text(const report::TerminalStyle& style = {}) const {
    return report::diff_text({"x/a.json", a}, {"y/b.json", b}, found(), style);
  }
  Json json() const { return Json::parse(report::diff_json({"x/a.json", a}, {"y/b.json", b}, found())); }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("what differs is said apart from what is the same") {
  Pair pair{mapped_report({20, 17, 0}), mapped_report({20, 18, 0})};
  CHECK(pair.text().find("differ  nothing\n") != std::string::npos);
  pair.b.model.name = "co-4";
  pair.b.shown.layer = "0";
  pair.b.main_view().image_path = "moved/a.png";
  const std::string text = pair.text();
  CHECK(text.find("differ  image photos/a.png → moved/a.png, model base → co-4, layer last → 0\n") !=
        std::string::npos);
  CHECK(text.find("same    instruction 拿起红色cups, fusion cross-2") != std::string::npos);
  CHECK(pair.json()["differ"] == Json::array({"image", "model", "layer"}));
}

TEST_CASE("a line a word in columns, and one about what moved") {
  const Pair pair{mapped_report({20, 17, 0}), mapped_report({20, 37, 0})};
  const std::vector<std::string> lines = lines_of(pair.text());
  std::vector<std::size_t> widths;
  for (const std::string& line : lines) {
    if (line.find(" px ") != std::string::npos && line.find("moved") == std::string::npos && !line.starts_with("t")) {
      widths.push_back(report::width_of(line));
    }
  }
  CHECK(widths.size() == 3);
  CHECK(widths == std::vector<std::size_t>(3, widths.front()));  // 拿起 and cups take as many columns
  const std::string text = pair.text();
  CHECK(text.find("100 % moved 32 px, (560, 16) → (560, 48); A's top 1 rank - in B, B's best - in A\n") !=
        std::string::npos);
  CHECK(text.find("nothing moved; ") != std::string::npos);
  CHECK(text.find("mean overlap: 0.67\n") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(pair.text({report::Language::en, true}).find("\x1b[31m") != std::string::npos);
  CHECK(pair.text({report::Language::zh, false}).find("平均重叠: 0.67\n") != std::string::npos);
}

TEST_CASE("words of one report alone, missing targets and missing maps are said") {
  Pair pair{mapped_report({20, 17, 0}), sample_report()};
  pair.a.words[2].text = "mugs";
  pair.b.target.reset();
  const std::string text = pair.text();
  CHECK(text.find("only in A: mugs\nonly in B: cups\n") != std::string::npos);
  CHECK(text.find("target: only in A (16, 48)\n") != std::string::npos);
  CHECK(text.find("a report has no whole maps: only listed patches are compared") != std::string::npos);
  CHECK(text.find("0.87+") != std::string::npos);
  CHECK(text.find("moved") == std::string::npos);
  const Json json = pair.json();
  CHECK(json["only_a"] == Json::parse(R"([{"index": 2, "text": "mugs"}])"));
  CHECK(json["words"][0]["compared"] == "listed");
  CHECK(json["words"][0]["moved"].is_null());
  CHECK(json["target"]["b"].is_null());
  CHECK(json["target"]["iou"].is_null());
}

TEST_CASE("the JSON has its keys in order and six digits") {
  const Pair pair{mapped_report({20, 17, 0}), mapped_report({20, 37, 0})};
  const Json json = pair.json();
  CHECK(json["schema"] == "attnviz.diff/1");
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"schema", "attnviz", "a", "b", "differ", "overlap", "words", "target",
                                         "only_a", "only_b"});
  CHECK(json["a"]["report"] == "x/a.json");
  CHECK(json["overlap"] == 0.666667);
  const Json& moved = json["words"][1];
  CHECK(moved["overlap"] == 0);
  CHECK(moved["peak"]["distance"] == 32);
  CHECK(moved["peak"]["distance_share"] == 0.04);
  CHECK(moved["moved"]["from"]["point"] == Json::array({560, 16}));
  CHECK(moved["moved"]["to"]["box"] == Json::array({544, 32, 576, 64}));
  CHECK(moved["nothing"]["a"] == 0.625);
  CHECK(json["words"][2]["nothing"]["b"].is_null());
}

TEST_CASE("further views have a table and figures of their own") {
  Pair pair{mapped_report({20, 17, 0}), mapped_report({20, 17, 0})};
  pair.a.views.push_back(mapped_report({1, 2, 3}).main_view());
  pair.b.views.push_back(mapped_report({1, 2, 4}).main_view());
  pair.a.views.push_back(pair.a.views[1]);  // B has no such view
  const std::string text = pair.text();
  CHECK(text.find("view 1 (photos/a.png):\n") != std::string::npos);
  CHECK(text.find("view 2") == std::string::npos);
  CHECK(text.find("views 3 → 2") != std::string::npos);
  const Json json = pair.json();
  REQUIRE(json["words"][2]["views"].size() == 1);
  CHECK(json["words"][2]["views"][0]["overlap"] == 0);
  CHECK(json["words"][2]["overlap"] == 1);
}

TEST_CASE("hostile words cannot move the cursor, long ones are cut in the table") {
  Pair pair{mapped_report({20, 17, 0}), mapped_report({20, 17, 0})};
  for (Report* report : {&pair.a, &pair.b}) {
    report->words[0].text = "x\x1b[2J";
    report->words[1].text = std::string(5000, 'w');
  }
  const std::string text = pair.text();
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find(std::string(17, 'w') + "...") != std::string::npos);
  CHECK(text.find(std::string(18, 'w')) == std::string::npos);
}
