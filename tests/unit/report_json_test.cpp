// report.json to the letter of its schema.
#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "attnviz/report/report_json.hpp"
#include "report/json_writer.hpp"
#include "report/numbers.hpp"
#include "support/sample_report.hpp"

using attnviz::Report;
using attnviz::WordKind;
using attnviz::report::round_significant;
using attnviz::report::to_json;
using attnviz::test::sample_report;
using Json = nlohmann::ordered_json;

namespace {

using Keys = std::vector<std::string>;

Keys keys_of(const Json& object) {
  Keys keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

Json parsed(const Report& report) { return Json::parse(to_json(report)); }

}  // namespace

TEST_CASE("keys stand in the contract's order") {
  const Json json = parsed(sample_report());
  CHECK(keys_of(json) == Keys{"schema", "attnviz", "image", "views", "instruction", "model", "grid", "shown", "words",
                              "target", "warnings", "timing_ms"});
  CHECK(keys_of(json["image"]) == Keys{"path", "width", "height"});
  CHECK(keys_of(json["model"]) == Keys{"name", "fusion", "layers", "heads", "dim", "patch_px", "signal"});
  CHECK(keys_of(json["grid"]) == Keys{"rows", "cols", "input_width", "input_height", "content"});
  CHECK(keys_of(json["shown"]) == Keys{"layer", "head", "scale", "direction"});
  CHECK(keys_of(json["words"][0]) == Keys{"index", "text", "bytes", "tokens", "known", "kind", "entropy", "nothing",
                                          "sink", "top", "heatmap", "views"});
  CHECK(keys_of(json["words"][0]["top"][0]) == Keys{"rank", "patch", "row", "col", "weight", "cumulative", "box"});
  CHECK(keys_of(json["target"]) == Keys{"point", "box", "score"});
  CHECK(keys_of(json["warnings"][0]) == Keys{"code", "message", "word"});
  CHECK(keys_of(json["warnings"][1]) == Keys{"code", "message"});
  CHECK(keys_of(json["timing_ms"]) == Keys{"load", "encode", "attend", "render", "write", "total"});
}

TEST_CASE("what the values are") {
  const Json json = parsed(sample_report());
  CHECK(json["schema"] == "attnviz.report/1");
  CHECK(json["attnviz"] == ATTNVIZ_VERSION);
  CHECK(json["image"] == Json{{"path", "photos/a.png"}, {"width", 640}, {"height", 480}});
  CHECK(json["grid"].dump() == R"({"rows":16,"cols":20,"input_width":320,"input_height":256,"content":[0,0,320,240]})");
  CHECK(json["shown"].dump() == R"({"layer":"last","head":"mean","scale":"word","direction":"words"})");
  CHECK(json["views"].dump() == "[]");
  CHECK(json["words"][2].dump() ==
        R"({"index":2,"text":"cups","bytes":[12,16],"tokens":["cup","[UNK]"],"known":false,"kind":null,"entropy":0,)"
        R"("nothing":null,"sink":0,"top":[{"rank":1,"patch":0,"row":0,"col":0,"weight":1e-07,"cumulative":1e-07,)"
        R"("box":[0,32,32.1235,64]}],"heatmap":null,"views":[]})");
  CHECK(json["words"][1]["kind"] == "other");
  CHECK(json["words"][1]["entropy"].dump() == "0.333333");
  CHECK(json["words"][1]["heatmap"] == "words/01-红色.png");
  CHECK(json["target"].dump() == R"({"point":[16.25,47.75],"box":[1,2,30,64],"score":0.8349})");
  CHECK(json["timing_ms"]["load"].dump() == "1.23457");
}

TEST_CASE("how the text looks") {
  const std::string text = to_json(sample_report());
  CHECK(text.starts_with("{\n  \"schema\": \"attnviz.report/1\",\n"));
  CHECK(text.ends_with("\n  }\n}\n"));
  CHECK(text.find("\n    \"content\": [0, 0, 320, 240]\n  },\n") != std::string::npos);
  CHECK(text.find("\"text\": \"红色\"") != std::string::npos);
}

TEST_CASE("what is absent is null or empty") {
  Report report = sample_report();
  report.target.reset();
  report.main_view().heatmap_files.clear();
  report.warnings.clear();
  const Json json = parsed(report);
  CHECK(json["target"].is_null());
  CHECK(json["words"][0]["heatmap"].is_null());
  CHECK(json["warnings"].dump() == "[]");
  report.words.clear();
  report.main_view().readings.clear();
  CHECK(parsed(report)["words"].dump() == "[]");
  CHECK_FALSE(Json::parse(to_json(report, false)).contains("timing_ms"));
}

TEST_CASE("kinds that only models tell apart are other") {
  Report report = sample_report();
  for (const WordKind kind : {WordKind::material, WordKind::size, WordKind::place}) {
    report.words[0].kind = kind;
    CHECK(parsed(report)["words"][0]["kind"] == "other");
  }
  report.words[0].kind = WordKind::noun;
  CHECK(parsed(report)["words"][0]["kind"] == "noun");
}

TEST_CASE("numbers have 6 significant digits") {
  CHECK(round_significant(0.80345678).dump() == "0.803457");
  CHECK(round_significant(123456.789).dump() == "123457");
  CHECK(round_significant(1234567).dump() == "1234567");
  CHECK(round_significant(-0.0).dump() == "0");
  CHECK(round_significant(-1e-300).dump() == "-1e-300");
  CHECK(round_significant(1).dump() == "1");
  CHECK(round_significant(0.9999999).dump() == "1");
  CHECK(round_significant(2.5e-5).dump() == "2.5e-05");
  CHECK(round_significant(1e300).dump() == "1e+300");
  CHECK(round_significant(0.1).dump() == "0.1");
}

TEST_CASE("numbers that are not finite are a mistake of the program") {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(round_significant(bad), std::logic_error);
    Report report = sample_report();
    report.main_view().readings[1].top[0].weight = bad;
    CHECK_THROWS_AS(to_json(report), std::logic_error);
  }
}

TEST_CASE("a report whose parts do not fit is a mistake of the program") {
  Report report = sample_report();
  report.main_view().readings.pop_back();
  CHECK_THROWS_AS(to_json(report), std::logic_error);
  report = sample_report();
  report.main_view().heatmap_files.pop_back();
  CHECK_THROWS_AS(to_json(report), std::logic_error);
}

TEST_CASE("texts of any kind survive") {
  Report report = sample_report();
  report.instruction = "say \"红\" \\ \n\t\x01 \x7F 🍎";
  report.words[0].text = "a\"b";
  const Json json = parsed(report);
  CHECK(json["instruction"] == report.instruction);
  CHECK(json["words"][0]["text"] == "a\"b");
}

TEST_CASE("a path that is no UTF-8 is made readable") {
  Report report = sample_report();
  report.main_view().image_path = "a\xFF\"b\xE7\xBA.png";
  CHECK(parsed(report)["image"]["path"] == "a\uFFFD\"b\uFFFD.png");
}

TEST_CASE("pretty is JSON, whatever the shape") {
  const Json shapes = Json::parse(R"({"a": {}, "b": [], "c": [1, 2.5], "d": [[1], ["x", null]], "e\n": {"f": true}})");
  const std::string text = attnviz::report::pretty(shapes);
  CHECK(Json::parse(text) == shapes);
  CHECK(text ==
        "{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [1, 2.5],\n  \"d\": [\n    [1],\n    [\n      \"x\",\n      null\n    "
        "]\n  "
        "],\n  \"e\\n\": {\n    \"f\": true\n  }\n}");
}
