// --view: several cameras of one instruction.
#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

Json report_of(const std::string& folder) { return Json::parse(read_bytes(folder + "/report.json")); }

}  // namespace

TEST_CASE("each view has its maps, its top patches and its pictures") {
  const TempDir dir;
  const std::string main = write_scene(dir), side = write_scene(dir, 90, 150, "side.ppm");
  const Outcome outcome = attnviz_run({main, "red cup", "--view", side, "--top", "3", "-o", dir / "out"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  const Json report = report_of(dir / "out");
  REQUIRE(report["views"].size() == 1);
  CHECK(report["views"][0]["path"] == side);
  CHECK(report["views"][0]["width"] == 90);
  for (const Json& word : report["words"]) {
    const Json& view = word["views"][0];
    CHECK(view["top"].size() == 3);
    CHECK(std::filesystem::exists(dir / ("out/" + view["heatmap"].get<std::string>())));
    double sum = 0;
    for (const Json& weight : view["map"]) sum += weight.get<double>();
    CHECK(sum == doctest::Approx(1).epsilon(1e-3));
  }
  CHECK(report["words"][0]["views"][0]["heatmap"] == "words/00-red.view1.png");
  CHECK(outcome.out.find("view 1 (" + side + "):\n") != std::string::npos);
  // Alone the main image has the same map.
  REQUIRE(attnviz_run({main, "red cup", "--top", "3", "-o", dir / "alone"}).exit_code == 0);
  CHECK(report_of(dir / "alone")["words"][0]["map"] == report["words"][0]["map"]);
}

TEST_CASE("a report with views can be inspected, and other views are another job") {
  const TempDir dir;
  const std::string main = write_scene(dir), side = write_scene(dir, 90, 150, "side.ppm");
  REQUIRE(attnviz_run({main, "red cup", "--view", side, "--sheet", "layers", "-o", dir / "out"}).exit_code == 0);
  CHECK(std::filesystem::exists(dir / "out/sheets/layers.view1.png"));
  const Outcome inspected = attnviz_run({"inspect", dir / "out/report.json", "--csv", "--top", "1"});
  CHECK(std::count(inspected.out.begin(), inspected.out.end(), '\n') == 1 + 2 * 2);
  const Outcome refused = attnviz_run({main, "red cup", "-o", dir / "out"});
  CHECK(refused.exit_code == 5);
  CHECK(refused.err.find("another set of views") != std::string::npos);
  REQUIRE(attnviz_run({main, "red cup", "-o", dir / "out", "--force"}).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(dir / "out/words/00-red.view1.png"));
  CHECK_FALSE(std::filesystem::exists(dir / "out/sheets/layers.view1.png"));
}

TEST_CASE("more views than a sheet has room for are refused before any is read") {
  const TempDir dir;
  std::vector<std::string> arguments{write_scene(dir), "red", "-o", dir / "out"};
  for (int i = 0; i < 17; ++i) arguments.insert(arguments.end(), {"--view", dir / "none.png"});
  const Outcome outcome = attnviz_run(arguments);
  CHECK(outcome.exit_code == 2);
  CHECK_MESSAGE(outcome.err.find("--view") != std::string::npos, outcome.err);
}

TEST_CASE("a view that cannot be read is named, and nothing is written") {
  const TempDir dir;
  const Outcome outcome = attnviz_run({write_scene(dir), "red", "--view", dir / "none.png", "-o", dir / "out"});
  CHECK(outcome.exit_code == 3);
  CHECK(outcome.err.find("none.png") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(dir / "out"));
}
