// attnviz eval: figures, file, and data sets that are broken.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/array_files.hpp"
#include "support/installation.hpp"
#include "support/model_file.hpp"
#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

// The scene's red disc spans about x 20..76, y 51..93 of 160 x 120.
Json scene_item() {
  const Json disc = Json::array({Json::array({20, 51, 76, 93})});
  return {{"id", "one"},
          {"image", "scene.ppm"},
          {"instruction", "拿起红色杯子"},
          {"targets",
           {{{"word", "红色"}, {"kind", "colour"}, {"boxes", disc}},
            {{"word", "杯子"}, {"kind", "noun"}, {"boxes", {{100, 10, 150, 60}}}}}},
          {"goal", {{"boxes", disc}}}};
}

Outcome evaluate(const TempDir& dir, const std::string& lines, std::vector<std::string> more = {}) {
  write_scene(dir);
  write_bytes(dir / "data.jsonl", lines);
  more.insert(more.begin(), {"eval", dir / "data.jsonl", "--json", dir / "eval.json"});
  return attnviz_run(more);
}

// Of the size of tiny_model, with another fusion.
ModelFile concat_model() {
  TinyModelOptions options;
  options.fusion = {{"type", "concat"}, {"layers", nullptr}, {"heads", nullptr}};
  return tiny_model(options);
}

Json figures(const TempDir& dir) { return Json::parse(read_bytes(dir / "eval.json")); }

}  // namespace

TEST_CASE("figures of a data set, in the file and in the table") {
  const TempDir dir;
  const Outcome outcome = evaluate(dir, scene_item().dump() + "\n\n" + scene_item().dump() + "\n");
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  const Json json = figures(dir);
  CHECK(json["schema"] == "attnviz.eval/1");
  CHECK(json["model"] == "base");
  CHECK(json["kinds"]["colour"]["n"] == 2);
  CHECK(json["kinds"]["all"]["n"] == 4);
  CHECK_FALSE(json["kinds"].contains("verb"));
  CHECK(json["kinds"]["colour"]["chance"].get<double>() == doctest::Approx(56.0 * 42 / (160 * 120)).epsilon(1e-4));
  CHECK(json["kinds"]["colour"]["centre"] == 0);
  CHECK(json["success"]["n"] == 2);
  CHECK(json["skipped"].empty());
  CHECK(outcome.out.find("colour") != std::string::npos);
  for (const char* key : {"mass", "pointing", "iou", "control", "discrimination"}) {
    const double value = json["kinds"]["noun"][key].get<double>();
    CHECK_MESSAGE((value >= 0 && value <= 1), key);
  }
}

TEST_CASE("whether nothing-here tells present from absent nouns: each noun of an image counts once") {
  const TempDir dir;
  Json second = scene_item();
  second["instruction"] = "杯子和碗";
  second["targets"] = {{{"word", "杯子"}, {"kind", "noun"}, {"boxes", {{100, 10, 150, 60}}}},
                       {{"word", "碗"}, {"kind", "noun"}, {"boxes", {{20, 51, 76, 93}}}}};
  const Outcome outcome = evaluate(dir, scene_item().dump() + "\n" + second.dump());
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(figures(dir)["nothing"]["n"] == 2);
  const double auc = figures(dir)["nothing"]["auc"].get<double>();
  CHECK((auc == 0 || auc == 0.25 || auc == 0.5 || auc == 0.75 || auc == 1));
  CHECK(outcome.out.find("2 pairs of nouns") != std::string::npos);
  Json colour_only = scene_item();
  colour_only["targets"].erase(1);
  REQUIRE(evaluate(dir, colour_only.dump()).exit_code == 0);
  CHECK(figures(dir)["nothing"].dump() == R"({"n":0,"auc":null,"precision":null,"recall":null})");
}

TEST_CASE("--model all: a line and an entry for every model that is found") {
  const Installation place;
  place.add(Installation::kShare, "enc", named(with_id(tiny_model(), "ab12"), "enc"));
  place.add(Installation::kBeside, "concat", named(without_encoders(concat_model(), "enc", "ab12"), "concat"));
  write_scene(place.dir());
  write_bytes(place.dir() / "data.jsonl", scene_item().dump() + "\n" + scene_item().dump());
  const std::string data = place.dir() / "data.jsonl", file = place.dir() / "table.json";
  const Outcome outcome = place.attnviz({"eval", data, "--model", "all", "--json", file});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(std::count(outcome.out.begin(), outcome.out.end(), '\n') == 5);
  const Json table = Json::parse(read_bytes(file));
  CHECK(table["schema"] == "attnviz.eval-table/1");
  REQUIRE(table["models"].size() == 3);
  const std::vector<std::string> names{"base", "concat", "enc"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    Json entry = table["models"][i];
    CHECK(entry["model"] == names[i]);
    CHECK(entry["ms"].get<double>() > 0);
    CHECK(entry["params"].get<double>() > 1000);
    entry.erase("ms");
    entry.erase("params");
    REQUIRE(place.attnviz({"eval", data, "--model", names[i], "--json", file}).exit_code == 0);
    CHECK(entry == Json::parse(read_bytes(file)));  // as it is evaluated alone
  }
}

TEST_CASE("--alone scores every word as an instruction") {
  const TempDir dir;
  REQUIRE(evaluate(dir, scene_item().dump(), {"--alone"}).exit_code == 0);
  CHECK(figures(dir)["alone"] == true);
  CHECK(figures(dir)["kinds"]["noun"]["n"] == 1);
}

TEST_CASE("two runs give the same figures") {
  const TempDir dir;
  REQUIRE(evaluate(dir, scene_item().dump()).exit_code == 0);
  const std::string first = read_bytes(dir / "eval.json");
  REQUIRE(evaluate(dir, scene_item().dump(), {"--threads", "1"}).exit_code == 0);
  CHECK(read_bytes(dir / "eval.json") == first);
}

TEST_CASE("a target that the segmentation joined differently is scored on the words it covers") {
  const TempDir dir;
  Json item = scene_item();
  item["targets"] = {{{"word", "红色杯"}, {"kind", "noun"}, {"boxes", {{20, 51, 76, 93}}}}};
  REQUIRE(evaluate(dir, item.dump()).exit_code == 0);
  CHECK(figures(dir)["kinds"]["noun"]["n"] == 1);
}

TEST_CASE("the control never uses a word that names something in the image") {
  const TempDir dir;
  Json item = scene_item();
  item["targets"] = {{{"word", "红色"}, {"kind", "colour"}, {"boxes", {{20, 51, 76, 93}}}}};
  item["present"] = Json::array();  // all colours that the model knows: none is left for the control
  for (const char* colour : {"橙色", "黄色", "绿色", "青色", "蓝色", "紫色", "粉色", "棕色", "黑色", "白色", "灰色"}) {
    item["present"].push_back(colour);
  }
  REQUIRE(evaluate(dir, item.dump()).exit_code == 0);
  CHECK(figures(dir)["kinds"]["colour"]["control"].is_null());
  item["present"].erase(0);
  REQUIRE(evaluate(dir, item.dump()).exit_code == 0);
  CHECK(figures(dir)["kinds"]["colour"]["control"].is_number());
}

TEST_CASE("a mask file is a region") {
  const TempDir dir;
  std::string mask = "P5\n160 120\n255\n" + std::string(160 * 120, '\0');
  for (std::size_t i = 0; i < 160 * 12; ++i) mask[mask.size() - 1 - i] = '\xFF';  // the lowest tenth
  write_bytes(dir / "mask.pgm", mask);
  Json item = scene_item();
  item["targets"] = {{{"word", "红色"}, {"kind", "colour"}, {"mask", "mask.pgm"}}};
  REQUIRE(evaluate(dir, item.dump()).exit_code == 0);
  CHECK(figures(dir)["kinds"]["colour"]["chance"].get<double>() == doctest::Approx(0.1));
}

TEST_CASE("items that cannot be used are named, the rest is scored") {
  const TempDir dir;
  std::string lines = scene_item().dump() + "\n";
  const auto add = [&lines](const char* key, const Json& value) {
    Json item = scene_item();
    item["id"] = std::string("bad-") + key;
    item[key] = value;
    lines += item.dump() + "\n";
  };
  add("image", "missing.png");
  add("image", 3);
  add("instruction", "");
  add("targets", "none");
  add("targets", Json::array({{{"word", "茶壶"}, {"kind", "noun"}, {"boxes", {{1, 1, 2, 2}}}}}));
  add("targets", Json::array({{{"word", "红色"}, {"kind", "smell"}, {"boxes", {{1, 1, 2, 2}}}}}));
  add("targets", Json::array({{{"word", "红色"}, {"kind", "colour"}, {"boxes", {{5, 5, 1, 1}}}}}));
  add("targets", Json::array({{{"word", "红色"}, {"kind", "colour"}, {"boxes", {{900, 900, 901, 901}}}}}));
  lines += "not json\n[1, 2]\n" + std::string(10'000, '[') + "\n";
  REQUIRE(evaluate(dir, lines).exit_code == 0);
  CHECK(figures(dir)["kinds"]["colour"]["n"] == 1);
  CHECK(figures(dir)["skipped"].size() == 11);
}

TEST_CASE("an item whose goal cannot be read counts nowhere") {
  const TempDir dir;
  Json lost = scene_item(), outside = scene_item();
  lost["goal"] = {{"mask", "missing.png"}};
  outside["goal"] = {{"boxes", {{900, 900, 901, 901}}}};
  REQUIRE(evaluate(dir, scene_item().dump() + "\n" + lost.dump() + "\n" + outside.dump() + "\n").exit_code == 0);
  CHECK(figures(dir)["kinds"]["all"]["n"] == 2);
  CHECK(figures(dir)["success"]["n"] == 1);
  CHECK(figures(dir)["skipped"].size() == 2);
}

TEST_CASE("data sets that hold nothing are an error") {
  const TempDir dir;
  for (const std::string& lines : {std::string(), std::string("\n\n"), std::string("{}\n")}) {
    const Outcome outcome = evaluate(dir, lines);
    CHECK(outcome.exit_code == 3);
    CHECK(outcome.err.find("data.jsonl") != std::string::npos);
  }
  CHECK(attnviz_run({"eval", dir / "missing.jsonl"}).exit_code == 3);
  CHECK(attnviz_run({"eval", dir.path().string()}).exit_code == 3);
  CHECK(attnviz_run({"eval"}).exit_code == 2);
  CHECK(evaluate(dir, scene_item().dump(), {"--layer", "9"}).exit_code == 2);
}

TEST_CASE("a place for the figures that cannot be written is found before the work") {
  const TempDir dir;
  for (const std::string& place : {dir / "missing/eval.json", dir.path().string()}) {
    // The data set is not even read.
    const Outcome outcome = attnviz_run({"eval", dir / "missing.jsonl", "--json", place});
    CHECK(outcome.exit_code == 5);
    CHECK(outcome.err.starts_with("attnviz: error: " + dir.path().string()));
  }
}

TEST_CASE("the model may be named before the command as well as after it") {
  const TempDir dir;
  write_scene(dir);
  write_bytes(dir / "data.jsonl", scene_item().dump());
  CHECK(attnviz_run({"-m", "nosuch", "eval", dir / "data.jsonl"}).exit_code == 4);
  CHECK(attnviz_run({"eval", "-m", "nosuch", dir / "data.jsonl"}).exit_code == 4);
}

TEST_CASE("attention from elsewhere is scored where the data set brings it along") {
  const TempDir dir;
  // 8 x 6 patches of 20 pixels: 红色 in the middle of the disc (x 48, y 72), cup in the middle of its box (x 125, y
  // 35).
  std::vector<float> values(2 * 48, 0.001F);
  values[3 * 8 + 2] = values[48 + 1 * 8 + 6] = 1;
  write_bytes(dir / "dump.npy", npy_of({2, 48}, values));
  const Json disc = Json::array({Json::array({20, 51, 76, 93})}), box = Json::array({Json::array({100, 10, 150, 60})});
  Json item{
      {"image", "scene.ppm"},
      {"attention", "dump.npy"},
      {"words", "红色|cup"},
      {"targets",
       {{{"word", "红色"}, {"kind", "colour"}, {"boxes", disc}}, {{"word", "cup"}, {"kind", "noun"}, {"boxes", box}}}}};
  const std::vector<std::string> grid{"--grid", "6x8"};
  const Outcome outcome = evaluate(dir, item.dump(), grid);
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  Json json = figures(dir);
  CHECK(json["model"] == "imported");
  CHECK(json["kinds"]["all"]["n"] == 2);
  CHECK(json["kinds"]["all"]["pointing"] == 1);
  CHECK(json["kinds"]["colour"]["mass"].get<double>() > 0.9);
  CHECK(json["kinds"]["all"]["discrimination"] == 1);
  CHECK(json["kinds"]["all"]["control"] == nullptr);
  CHECK(json["success"]["n"] == 0);
  item["words"] = "cup|红色";  // the wrong way round
  REQUIRE(evaluate(dir, item.dump(), grid).exit_code == 0);
  CHECK(figures(dir)["kinds"]["all"]["pointing"] == 0);
  CHECK(figures(dir)["kinds"]["all"]["discrimination"] == 0);

  Json other = item;
  other["words"] = "one";
  REQUIRE(evaluate(dir, item.dump() + "\n" + other.dump(), grid).exit_code == 0);
  json = figures(dir);
  CHECK(json["kinds"]["all"]["n"] == 2);
  CHECK(json["skipped"][0]["id"] == "2");
  CHECK(json["skipped"][0]["reason"].get<std::string>().find("1 word, the array has 2 rows") != std::string::npos);

  const auto refused = [&](const std::string& lines, std::vector<std::string> more, int code,
                           const std::string& named) {
    const Outcome bad = evaluate(dir, lines, std::move(more));
    CAPTURE(bad.err);
    CHECK(bad.exit_code == code);
    CHECK(bad.err.find(named) != std::string::npos);
  };
  refused(item.dump(), {"--grid", "6x8", "--alone"}, 2, "--alone");
  refused(item.dump(), {"--grid", "6x8", "--layer", "3"}, 2, "--layer");
  refused(item.dump(), {}, 3, "48 columns are no square");
  refused(item.dump() + "\n" + scene_item().dump(), grid, 3, "lines with \"attention\" and lines without");
  refused(scene_item().dump(), grid, 2, "which the data set has not");
  other["attention"] = "none.npy";
  refused(other.dump(), grid, 3, "none.npy");
}
