// attnviz diff: two finished reports side by side, by the real program.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

// Reports of one scene, made once.
struct Reports {
  TempDir dir;
  std::string image = write_scene(dir);
  std::string a = make("a", {image, "拿起红色杯子"}), b = make("b", {image, "拿起红色杯子", "--layer", "0"});

  std::string make(const std::string& name, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--quiet", "--stdout", "none", "--formats", "json", "-o", dir / name});
    REQUIRE(attnviz_run(arguments).exit_code == 0);
    return dir / (name + "/report.json");
  }

  // A copy of A after a change.
  std::string edited(const std::string& name, const std::function<void(Json&)>& change) {
    Json json = Json::parse(read_bytes(a));
    change(json);
    write_bytes(dir / name, json.dump());
    return dir / name;
  }
};

Reports& reports() {
  static Reports made;
  return made;
}

Json json_of(const std::vector<std::string>& arguments) {
  const Outcome outcome = attnviz_run(arguments);
  REQUIRE(outcome.exit_code == 0);
  return Json::parse(outcome.out);
}

void check_refusal(const std::vector<std::string>& arguments, int code, const std::string& part) {
  const Outcome outcome = attnviz_run(arguments);
  CHECK(outcome.exit_code == code);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("attnviz: error: "));
  CHECK_MESSAGE(outcome.err.find(part) != std::string::npos, outcome.err);
}

}  // namespace

TEST_CASE("a report and itself are the same") {
  const Json json = json_of({"diff", reports().a, reports().a, "--json"});
  CHECK(json["overlap"] == 1);
  CHECK(json["differ"].empty());
  REQUIRE(json["words"].size() == 3);
  for (const Json& word : json["words"]) {
    CHECK(word["overlap"] == 1);
    CHECK(word["moved"].is_null());
    CHECK(word["peak"]["a"]["rank_in_other"] == 1);
  }
}

TEST_CASE("two settings: what differs, how much, and where it went") {
  const Outcome text = attnviz_run({"diff", reports().a, reports().b});
  CHECK(text.exit_code == 0);
  CHECK(text.err.empty());
  CHECK(text.out.find("differ  layer last → 0\n") != std::string::npos);
  CHECK(text.out.find(" moved ") != std::string::npos);
  const Json json = json_of({"diff", reports().a, reports().b, "--json", "--word", "红色"});
  REQUIRE(json["words"].size() == 1);
  CHECK(json["words"][0]["a"] == 1);
  CHECK(json["words"][0]["overlap"] < 1);
  CHECK(json["words"][0]["moved"]["share"] > 0);
  CHECK(attnviz_run({"diff", reports().a, reports().b, "--word", "1", "--lang", "zh"}).out.find("只在") ==
        std::string::npos);
}

TEST_CASE("other patches and other words: the coarser grid, and words of one alone") {
  const std::string coarse = reports().make("coarse", {reports().image, "红色杯子 盘子", "--patches", "64"});
  const Outcome text = attnviz_run({"diff", reports().a, coarse});
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("compared on the coarser grid") != std::string::npos);
  CHECK(text.out.find("only in A: 拿起\nonly in B: 盘子\n") != std::string::npos);
  const Json forth = json_of({"diff", reports().a, coarse, "--json"}),
             back = json_of({"diff", coarse, reports().a, "--json"});
  CHECK(forth["overlap"] == back["overlap"]);
  CHECK(forth["words"][0]["ranks"].empty());
}

TEST_CASE("views are compared by their numbers") {
  const std::string side = write_scene(reports().dir, 120, 160, "side.ppm");
  const std::string two = reports().make("views", {reports().image, "红色杯子", "--view", side});
  const std::string png = reports().dir / "views.png";
  const Outcome text = attnviz_run({"diff", two, two, "--png", png});
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("view 1 (" + side + "):\n") != std::string::npos);
  CHECK(read_bytes(png).starts_with("\x89PNG"));
}

TEST_CASE("--png draws a sheet, also from elsewhere") {
  const std::string png = reports().dir / "diff.png";
  REQUIRE(attnviz_run({"diff", reports().a, reports().b, "--png", png}).exit_code == 0);
  CHECK(read_bytes(png).starts_with("\x89PNG"));
  std::filesystem::remove(png);
  // The job ran in the folder above its results and named the image from there.
  const std::string near = reports().edited("a/near.json", [](Json& j) { j["image"]["path"] = "scene.ppm"; });
  REQUIRE(attnviz_run({"diff", near, reports().b, "--png", png}, {.working_dir = "/"}).exit_code == 0);
  CHECK(std::filesystem::exists(png));
}

TEST_CASE("--png without its image, with another one, or over an input is refused and writes nothing") {
  Reports& r = reports();
  const std::string png = r.dir / "none.png";
  const std::string lost = r.edited("lost.json", [](Json& j) { j["image"]["path"] = "no/such.png"; });
  check_refusal({"diff", lost, lost, "--png", png}, 3, "no/such.png: no such file, and --png needs the image");
  CHECK(attnviz_run({"diff", lost, lost}).exit_code == 0);
  write_scene(r.dir, 50, 40, "small.ppm");
  const std::string other = r.edited("other.json", [](Json& j) { j["image"]["path"] = "small.ppm"; });
  check_refusal({"diff", other, r.b, "--png", png}, 3, "has 50 x 40 pixels, the reports are of 160 x 120");
  const std::string bare = r.edited("bare.json", [](Json& j) {
    for (Json& word : j["words"]) word.erase("map");
  });
  check_refusal({"diff", r.a, bare, "--png", png}, 3, "bare.json: has no whole maps");
  CHECK(attnviz_run({"diff", r.a, bare}).out.find("only listed patches are compared") != std::string::npos);
  check_refusal({"diff", r.a, r.b, "--png", r.dir / "no/such/folder.png"}, 5, "is not a folder");
  check_refusal({"diff", r.a, r.b, "--png", r.dir.path()}, 5, "it is a folder");
  check_refusal({"diff", r.a, r.b, "--png", r.b}, 2, "is one of the reports");
  check_refusal({"diff", r.a, r.b, "--png", r.image}, 2, "is an image of the reports");
  const std::string elsewhere = r.edited("elsewhere.json", [](Json& j) { j["image"]["path"] = "small.ppm"; });
  check_refusal({"diff", r.a, elsewhere, "--png", r.dir / "small.ppm"}, 2, "is an image of the reports");
  write_scene(r.dir, 160, 120, "twin.ppm");
  const std::string twin = r.edited("twin.json", [](Json& j) { j["image"]["path"] = "twin.ppm"; });
  CHECK(attnviz_run({"diff", r.a, twin}).out.find("the reports are of two images") != std::string::npos);
  CHECK(attnviz_run({"diff", r.a, r.b}).out.find("two images") == std::string::npos);
  CHECK(attnviz_run({"diff", r.a, twin, "--png", r.dir / "twin.png"}).exit_code == 0);  // a copy of the same pixels
  std::string pixels = read_bytes(r.dir / "twin.ppm");
  pixels.back() = static_cast<char>(pixels.back() ^ 1);
  write_bytes(r.dir / "twin.ppm", pixels);
  check_refusal({"diff", r.a, twin, "--png", png}, 3, "twin.ppm: is another image than ");
  const std::string cut = r.edited("cut.json", [](Json& j) {
    j["grid"]["input_height"] = j["grid"]["input_height"].get<int>() - 1;
    j["grid"]["rows"] = j["grid"]["rows"].get<int>() - 1;
    j["grid"]["content"][3] = std::min(j["grid"]["content"][3].get<int>(), j["grid"]["input_height"].get<int>());
  });
  check_refusal({"diff", cut, cut, "--png", png}, 3, "is not whole patches");
  CHECK(!std::filesystem::exists(png));
  CHECK(read_bytes(r.image).starts_with("P6"));
}

TEST_CASE("--png refuses maps of millions of patches, which the text takes in its stride") {
  Reports& r = reports();
  const std::string fine = r.edited("fine.json", [](Json& j) {
    j["model"]["patch_px"] = 1;
    j["grid"] = {{"rows", 1}, {"cols", 1'000'000}, {"input_width", 1'000'000}, {"input_height", 1}};
    j["grid"]["content"] = {0, 0, 1'000'000, 1};
    Json word = j["words"][0];
    word["top"] = Json::array({word["top"][0]});
    word["top"][0]["row"] = word["top"][0]["col"] = word["top"][0]["patch"] = 0;
    word["map"] = std::vector<int>(1'000'000, 0);
    word["map"][0] = 1;
    j["words"] = Json::array({word});
    j["warnings"] = Json::array();
  });
  CHECK(attnviz_run({"diff", fine, fine}).exit_code == 0);
  check_refusal({"diff", fine, fine, "--png", r.dir / "fine.png"}, 3, "has 1000000 patches, too many");
  CHECK(!std::filesystem::exists(r.dir / "fine.png"));
}

TEST_CASE("broken, foreign and unlike reports are refused") {
  Reports& r = reports();
  const auto refused = [&](const std::string& part, const std::function<void(Json&)>& change) {
    check_refusal({"diff", r.a, r.edited("bad.json", change)}, 3, part);
  };
  refused("is of schema 'attnviz.report/2'", [](Json& j) { j["schema"] = "attnviz.report/2"; });
  refused("\"map\" has not one weight a patch", [](Json& j) { j["words"][0]["map"].erase(0); });
  refused("\"map\" is not of weights", [](Json& j) { j["words"][0]["map"][0] = nullptr; });  // what NaN becomes
  refused("\"map\" is not of weights", [](Json& j) { j["words"][0]["map"][0] = -0.5; });
  refused("\"map\" does not sum to 1", [](Json& j) { j["words"][0]["map"][0] = 1; });
  refused("is of an image of 161 x 120 pixels, ", [](Json& j) { j["image"]["width"] = 161; });
  refused("has no word in common", [](Json& j) {
    for (Json& word : j["words"]) word["text"] = "other";
  });
  write_bytes(r.dir / "short.json", read_bytes(r.a).substr(0, 3000));
  check_refusal({"diff", r.dir / "short.json", r.a}, 3, "short.json: not valid JSON");
  write_bytes(r.dir / "nan.json", R"({"schema": NaN})");
  check_refusal({"diff", r.a, r.dir / "nan.json"}, 3, "not valid JSON");
  check_refusal({"diff", r.a, r.dir / "none.json"}, 3, "none.json: no such file");
  check_refusal({"diff", r.a}, 2, "B");
  check_refusal({"diff", r.a, r.b, "--word", "碗"}, 2, "no word is '碗'");
  const std::string less = r.edited("less.json", [](Json& j) { j["words"][0]["text"] = "放下"; });
  check_refusal({"diff", r.a, less, "--word", "拿起"}, 2, "is in " + r.a + " alone");
}

TEST_CASE("a hundred thousand words of one text are paired in a moment") {
  Reports& r = reports();
  const std::string many = r.edited("many.json", [](Json& j) {
    Json word = j["words"][0];
    word.erase("map");
    word["top"] = Json::array({word["top"][0]});
    j["words"] = Json::array();
    for (int i = 0; i < 100'000; ++i) j["words"].push_back(word);
    j["warnings"] = Json::array();
  });
  const auto begin = std::chrono::steady_clock::now();
  const Outcome outcome = attnviz_run({"diff", many, many});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out.find("mean overlap") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60));
}
