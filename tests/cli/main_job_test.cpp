// The main job as a user sees it: the real program, its text, its files.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "attnviz/image/decode.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz;
using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

Json report_of(const std::string& dir) { return Json::parse(read_bytes(dir + "/report.json")); }

}  // namespace

TEST_CASE("an image and an instruction give text, report and pictures") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const Outcome outcome = attnviz_run({image, "拿起红色杯子", "-o", dir / "out"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(files_below(dir / "out") == std::set<std::string>{"overview.png", "report.json", "words/00-拿起.png",
                                                          "words/01-红色.png", "words/02-杯子.png"});
  CHECK(outcome.out.find("word '红色' → patch ") != std::string::npos);
  CHECK(outcome.out.find("  top 5: ") != std::string::npos);

  const Json report = report_of(dir / "out");
  CHECK(keys_of(report) == std::vector<std::string>{"schema", "attnviz", "image", "views", "instruction", "model",
                                                    "grid", "shown", "words", "target", "warnings", "timing_ms"});
  CHECK(report["schema"] == "attnviz.report/1");
  CHECK(report["image"]["path"] == image);
  CHECK(report["image"]["width"] == 160);
  CHECK(report["instruction"] == "拿起红色杯子");
  REQUIRE(report["words"].size() == 3);
  CHECK(keys_of(report["words"][1]) == std::vector<std::string>{"index", "text", "bytes", "tokens", "known", "kind",
                                                                "entropy", "nothing", "sink", "top", "heatmap", "views",
                                                                "map"});
  CHECK(report["words"][1]["text"] == "红色");
  CHECK(report["words"][1]["kind"] == "colour");
  CHECK(report["words"][1]["bytes"] == Json::array({6, 12}));
  CHECK(report["words"][1]["top"].size() == 5);
}

TEST_CASE("boxes of the report tile the image, weights sum to 1") {
  const TempDir dir;
  const std::string image = write_scene(dir, 317, 111);
  REQUIRE(attnviz_run({image, "red cup", "-o", dir / "out", "--formats", "json"}).exit_code == 0);
  const Json grid = report_of(dir / "out")["grid"];
  const int content_cols = (grid["content"][2].get<int>() + 15) / 16,
            content_rows = (grid["content"][3].get<int>() + 15) / 16;
  const std::string all = std::to_string(content_cols * content_rows);
  REQUIRE(attnviz_run({image, "red cup", "-o", dir / "out", "--formats", "json", "-k", all}).exit_code == 0);
  const Json report = report_of(dir / "out");
  for (const Json& word : report["words"]) {
    double area = 0, weight = 0;
    for (const Json& patch : word["top"]) {
      const Json& box = patch["box"];
      area += (box[2].get<double>() - box[0].get<double>()) * (box[3].get<double>() - box[1].get<double>());
      weight += patch["weight"].get<double>();
    }
    CHECK(area == doctest::Approx(317.0 * 111).epsilon(1e-4));
    CHECK(weight == doctest::Approx(1.0).epsilon(1e-4));
    CHECK(word["top"].back()["cumulative"].get<double>() == doctest::Approx(1.0).epsilon(1e-4));
  }
}

TEST_CASE("overlays are of the image's own size, whatever its shape") {
  const TempDir dir;
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{{1, 1}, {3, 1000}, {1000, 3}, {481, 641}}) {
    CAPTURE(width);
    const std::string image = write_scene(dir, width, height);
    const Outcome outcome = attnviz_run({image, "red", "-o", dir / "out", "--force"});
    REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
    const Image overlay = image::load(dir / "out/words/00-red.png");
    CHECK(overlay.width == width);
    CHECK(overlay.height == height);
  }
}

TEST_CASE("marks are drawn where they are asked for, on the word's picture and on the overview") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  REQUIRE(attnviz_run({image, "red", "-o", dir / "plain"}).exit_code == 0);
  std::set<std::string> seen{read_bytes(dir / "plain/words/00-red.png")},
      sheets{read_bytes(dir / "plain/overview.png")};
  for (const std::string mark : {"grid", "contour", "boxes"}) {
    REQUIRE(attnviz_run({image, "red", "--" + mark, "-o", dir / mark}).exit_code == 0);
    seen.insert(read_bytes(dir / (mark + "/words/00-red.png")));
    sheets.insert(read_bytes(dir / (mark + "/overview.png")));
  }
  CHECK(seen.size() == 4);
  CHECK(sheets.size() == 4);
}

TEST_CASE("--relative changes the maps and says so") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  REQUIRE(attnviz_run({image, "红色杯子", "-o", dir / "plain"}).exit_code == 0);
  REQUIRE(attnviz_run({image, "红色杯子", "--relative", "-o", dir / "relative"}).exit_code == 0);
  const Json plain = report_of(dir / "plain"), relative = report_of(dir / "relative");
  CHECK(relative["shown"]["relative"] == true);
  CHECK_FALSE(plain["shown"].contains("relative"));
  CHECK(relative["words"][0]["top"] != plain["words"][0]["top"]);
}

TEST_CASE("--layer rollout is shown and named") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  REQUIRE(attnviz_run({image, "red", "--layer", "rollout", "-o", dir / "rollout"}).exit_code == 0);
  REQUIRE(attnviz_run({image, "red", "--layer", "last", "-o", dir / "last"}).exit_code == 0);
  const Json rollout = report_of(dir / "rollout"), last = report_of(dir / "last");
  CHECK(rollout["shown"]["layer"] == "rollout");
  CHECK(rollout["words"][0]["top"] != last["words"][0]["top"]);
}

TEST_CASE("--sheet heads is a picture a word, --sheet layers one of all; a later run takes them away again") {
  const TempDir dir;
  const std::string image = write_scene(dir), out = dir / "out";
  REQUIRE(attnviz_run({image, "红色杯子", "--sheet", "heads", "--sheet", "layers", "-o", out}).exit_code == 0);
  CHECK(files_below(out) == std::set<std::string>{"overview.png", "report.json", "words/00-红色.png",
                                                  "words/01-杯子.png", "sheets/heads-00-红色.png",
                                                  "sheets/heads-01-杯子.png", "sheets/layers.png"});
  for (const std::string word : {"杯子", "1"}) {
    REQUIRE(attnviz_run({image, "红色杯子", "--sheet", "heads", "--word", word, "-o", out}).exit_code == 0);
    CHECK(files_below(dir / "out/sheets") == std::set<std::string>{"heads-01-杯子.png"});
  }
  const Image heads = image::load(dir / "out/sheets/heads-01-杯子.png");
  CHECK(heads.width > heads.height);  // 8 heads, 4 layers
  REQUIRE(attnviz_run({image, "红色杯子", "-o", out}).exit_code == 0);
  CHECK(files_below(out).size() == 4);
}

TEST_CASE("a word that is not there, and --word without a sheet, are usage errors that leave no files") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const Outcome missing = attnviz_run({image, "红色杯子", "--sheet", "heads", "--word", "碗", "-o", dir / "out"});
  CHECK(missing.exit_code == 2);
  CHECK(missing.err == "attnviz: error: --word: no word is '碗'; give one of them or its number: 红色, 杯子\n");
  CHECK(attnviz_run({image, "红色杯子", "--word", "杯子", "-o", dir / "out"}).exit_code == 2);
  CHECK(attnviz_run({image, "红色杯子", "--sheet", "tables", "-o", dir / "out"}).exit_code == 2);
  CHECK_FALSE(fs::exists(dir / "out"));
}

TEST_CASE("--preview leaves standard output alone where it is no terminal") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const Outcome plain = attnviz_run({image, "red", "-o", dir / "a"});
  const Outcome preview = attnviz_run({image, "red", "--preview", "-o", dir / "b"});
  CHECK(preview.exit_code == 0);
  CHECK(preview.out == plain.out);
}

TEST_CASE("text follows --lang and the locale") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const auto first_line = [&](std::vector<std::string> more, RunSetting setting) {
    std::vector<std::string> command{image, "红色", "-o", dir / "out", "--formats", "json"};
    command.insert(command.end(), more.begin(), more.end());
    return attnviz_run(command, setting).out.substr(0, 12);
  };
  CHECK(first_line({"--lang", "zh"}, {}).find("语言token") == 0);
  CHECK(first_line({}, {".", {{"LC_ALL", "zh_CN.UTF-8"}}, ""}).find("语言token") == 0);
  CHECK(first_line({"--lang", "en"}, {".", {{"LC_ALL", "zh_CN.UTF-8"}}, ""}).find("word '") == 0);
}

TEST_CASE("the labels of the overview follow --lang, not the instruction") {
  const TempDir dir;  // needs a font that has Chinese: ./dev installs one
  const std::string image = write_scene(dir);
  const auto overview = [&](const std::string& instruction, const std::string& language) {
    REQUIRE(attnviz_run({image, instruction, "-o", dir / "out", "--force", "--lang", language}).exit_code == 0);
    return read_bytes(dir / "out/overview.png");
  };
  CHECK(overview("红色", "en") != overview("红色", "zh"));
  CHECK(overview("red", "en") != overview("red", "zh"));
}

TEST_CASE("--stdout json prints the report, none prints nothing") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const Outcome json = attnviz_run({image, "red cup", "-o", dir / "out", "--stdout", "json", "--formats", "json"});
  CHECK(Json::parse(json.out)["words"].size() == 2);
  CHECK(Json::parse(json.out) == report_of(dir / "out"));
  CHECK(attnviz_run({image, "red cup", "-o", dir / "out", "--stdout", "none"}).out.empty());
}

TEST_CASE("the user's own words are taken as they are") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  REQUIRE(attnviz_run({image, "拿起红色杯子", "-o", dir / "out", "--words", "拿起|红色杯子", "--formats", "json"})
              .exit_code == 0);
  const Json words = report_of(dir / "out")["words"];
  REQUIRE(words.size() == 2);
  CHECK(words[1]["text"] == "红色杯子");
  CHECK(words[1]["bytes"] == Json::array({6, 18}));
}

TEST_CASE("results are the same for any number of threads") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const auto words_with = [&](const std::string& threads) {
    REQUIRE(attnviz_run({image, "pick up the red cup", "-o", dir / threads, "--threads", threads}).exit_code == 0);
    return report_of(dir / threads)["words"];
  };
  CHECK(words_with("1") == words_with("3"));
  CHECK(read_bytes(dir / "1/overview.png") == read_bytes(dir / "3/overview.png"));
}

TEST_CASE("--direction patches says which word each patch belongs to") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const Outcome outcome = attnviz_run({image, "red cup", "--direction", "patches", "-o", dir / "out"});
  REQUIRE(outcome.exit_code == 0);
  const Json report = report_of(dir / "out");
  CHECK(report["shown"]["direction"] == "patches");
  const std::size_t num_patches = report["words"][0]["map"].size();
  for (const char* list : {"word", "share", "strength"}) CHECK(report["patches"][list].size() == num_patches);
  CHECK(report["patches"]["word"][report["words"][0]["top"][0]["patch"].get<std::size_t>()] != -1);
  CHECK(fs::exists(dir / "out/patches.png"));
  CHECK(outcome.out.find("  first word of ") != std::string::npos);
  REQUIRE(attnviz_run({image, "red cup", "-o", dir / "out"}).exit_code == 0);  // the same job again, without
  CHECK_FALSE(fs::exists(dir / "out/patches.png"));
  CHECK(report_of(dir / "out")["shown"]["direction"] == "words");
  CHECK(attnviz_run({image, "red cup", "--direction", "up", "-o", dir / "out"}).exit_code == 2);
}

TEST_CASE("a preview that cannot be drawn says why, and what follows --sheet is still the image") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const Outcome outcome = attnviz_run({"--preview", "--sheet", "layers", image, "red cup", "-o", dir / "out"});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.find("no preview: standard output is no terminal with colours") != std::string::npos);
  CHECK(fs::exists(dir / "out/sheets/layers.png"));
}

#ifndef __SANITIZE_ADDRESS__  // it reserves more memory than any limit
TEST_CASE("a machine that gives fewer threads than asked for is no crash") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const std::string command = "ulimit -v 3000000; exec \"$0\" \"$@\"";
  const Outcome outcome =
      run({"bash", "-c", command, ATTNVIZ_BINARY, image, "red", "-o", dir / "out", "--threads", "1024"});
  CHECK_MESSAGE(outcome.exit_code < 128, outcome.err);  // their stacks may leave no memory for the work: an error
}
#endif

TEST_CASE("a second run replaces its own results and refuses another job's") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  REQUIRE(attnviz_run({image, "red cup", "-o", dir / "out"}).exit_code == 0);
  write_bytes(dir / "out/mine.txt", "keep me");
  REQUIRE(attnviz_run({image, "red cup", "-o", dir / "out"}).exit_code == 0);
  const Outcome refused = attnviz_run({image, "blue cup", "-o", dir / "out"});
  CHECK(refused.exit_code == 5);
  CHECK(refused.err.find("another instruction ('red cup')") != std::string::npos);
  CHECK(refused.err.find("--force") != std::string::npos);
  const Outcome wrong = attnviz_run({image, "blue cup", "--layer", "99", "-o", dir / "out"});
  CHECK_MESSAGE(wrong.exit_code == 2, "what is wrong with the job is said before the folder is");
  fs::copy(image, dir / "other.ppm");
  const Outcome other = attnviz_run({dir / "other.ppm", "red cup", "-o", dir / "out"});
  CHECK(other.exit_code == 5);
  CHECK(other.err.find("another image (" + image + ")") != std::string::npos);
  CHECK(report_of(dir / "out")["instruction"] == "red cup");
  REQUIRE(attnviz_run({image, "blue cup", "-o", dir / "out", "--force"}).exit_code == 0);
  CHECK(files_below(dir / "out") ==
        std::set<std::string>{"mine.txt", "overview.png", "report.json", "words/00-blue.png", "words/01-cup.png"});
}

TEST_CASE("an edited report cannot make the program remove files elsewhere") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  REQUIRE(attnviz_run({image, "red", "-o", dir / "out"}).exit_code == 0);
  write_bytes(dir / "precious.txt", "keep me");
  Json report = report_of(dir / "out");
  report["words"][0]["heatmap"] = "words/../../precious.txt";
  write_bytes(dir / "out/report.json", report.dump());
  // The overlay that the report no longer names counts as another's.
  CHECK(attnviz_run({image, "red", "-o", dir / "out"}).exit_code == 5);
  CHECK(attnviz_run({image, "red", "-o", dir / "out", "--force"}).exit_code == 0);
  CHECK(read_bytes(dir / "precious.txt") == "keep me");
}

TEST_CASE("words with slashes and control characters make safe file names") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  REQUIRE(attnviz_run({image, "red a/b", "--words", "red|a/b", "-o", dir / "out"}).exit_code == 0);
  CHECK(files_below(dir / "out").contains("words/01-a_b.png"));
  REQUIRE(attnviz_run({image, "red \xC2\x81 cup", "--words", "\xC2\x81 cup", "-o", dir / "c1"}).exit_code == 0);
  CHECK(files_below(dir / "c1").contains("words/00-_ cup.png"));
}

TEST_CASE("the default folder is attnviz-out/<image stem> in the working folder") {
  const TempDir dir;
  write_scene(dir);
  REQUIRE(attnviz_run({"scene.ppm", "red"}, {dir.path().string(), {}, ""}).exit_code == 0);
  CHECK(fs::exists(dir / "attnviz-out/scene/report.json"));
}

TEST_CASE("the program alone, copied into an empty folder, works") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  fs::create_directory(dir / "alone");
  fs::copy_file(ATTNVIZ_BINARY, dir / "alone/attnviz");
  const Outcome outcome =
      run({dir / "alone/attnviz", image, "拿起红色杯子"}, {dir / "alone", {{"HOME", "/nonexistent"}}, ""});
  CHECK_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(fs::exists(dir / "alone/attnviz-out/scene/overview.png"));
}

TEST_CASE("without a font the pictures show numbers and a warning says so") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  write_bytes(dir / "fonts.conf",
              "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig></fontconfig>");
  const Outcome outcome =
      attnviz_run({image, "红色", "-o", dir / "out"}, {".", {{"FONTCONFIG_FILE", dir / "fonts.conf"}}, ""});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err.find("font") != std::string::npos);
  CHECK(report_of(dir / "out")["warnings"].back()["code"] == "no-font");
}

TEST_CASE("--verbose gives stage timings on standard error, --quiet silences warnings") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  CHECK(attnviz_run({image, "red", "-o", dir / "out", "--verbose"}).err.find("encode") != std::string::npos);
  CHECK(attnviz_run({image, "zzyzx", "-o", dir / "two", "--quiet"}).err.empty());
  CHECK(attnviz_run({image, "zzyzx", "-o", dir / "three"}).err.find("zzyzx") != std::string::npos);
}

TEST_CASE("help and version") {
  CHECK(attnviz_run({"--version"}).out.find("attnviz 0.") == 0);
  const Outcome help = attnviz_run({"--help"});
  CHECK(help.exit_code == 0);
  for (const char* option :
       {"--out", "--top", "--words", "--layer", "--head", "--patches", "--colormap", "eval", "models"}) {
    CHECK_MESSAGE(help.out.find(option) != std::string::npos, option);
  }
  CHECK(attnviz_run({"models"}).out.find("base") == 0);
  CHECK(attnviz_run({"models", "info", "base"}).out.find("cross") != std::string::npos);
}

TEST_CASE("--formats html writes a page, alone or with the others, and the next run takes it back") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  REQUIRE(attnviz_run({image, "red cup", "--formats", "html", "-o", dir / "alone"}).exit_code == 0);
  CHECK(files_below(dir / "alone") == std::set<std::string>{"report.html"});
  REQUIRE(attnviz_run({image, "red cup", "--formats", "json,html", "-o", dir / "out"}).exit_code == 0);
  CHECK(read_bytes(dir / "out/report.html").starts_with("<!doctype html>"));
  REQUIRE(attnviz_run({image, "red cup", "--formats", "json", "-o", dir / "out"}).exit_code == 0);
  CHECK(files_below(dir / "out") == std::set<std::string>{"report.json"});
}
