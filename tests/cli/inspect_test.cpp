// attnviz inspect: a finished report, looked into by the real program.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;

TEST_CASE("more patches than the report lists come from its maps") {
  const TempDir dir;
  REQUIRE(attnviz_run({write_scene(dir), "red cup", "-o", dir / "out", "-k", "2", "--formats", "json"}).exit_code == 0);
  const Outcome outcome = attnviz_run({"inspect", dir / "out/report.json", "--top", "7", "--word", "red"});
  CHECK_MESSAGE(outcome.out.find("top 7:") != std::string::npos, outcome.out);
  CHECK(attnviz_run({"inspect", dir / "out/report.json", "--word", "red"}).out.find("top 2:") != std::string::npos);
}

TEST_CASE("inspect says what the job said, word by word") {
  const TempDir dir;
  const std::string image = write_scene(dir), report = dir / "out/report.json";
  const Outcome job = attnviz_run({image, "红色杯子", "--quiet", "-o", dir / "out"});
  REQUIRE(job.exit_code == 0);
  const Outcome all = attnviz_run({"inspect", report});
  CHECK(all.exit_code == 0);
  CHECK(all.out.find(job.out) != std::string::npos);
  const Outcome one = attnviz_run({"inspect", report, "--word", "杯子", "--top", "2", "--lang", "zh"});
  CHECK(one.out.find("红色'") == std::string::npos);
  CHECK(one.out.find("  Top 2 patches: ") != std::string::npos);
  const Outcome json = attnviz_run({"inspect", report, "--word", "1", "--json"});
  CHECK(nlohmann::json::parse(json.out)[0]["text"] == "杯子");
  const Outcome csv = attnviz_run({"inspect", report, "--csv", "--top", "3"});
  CHECK(std::count(csv.out.begin(), csv.out.end(), '\n') == 1 + 2 * 3);
}

TEST_CASE("inspect refuses what is no report, words that are not there, and two forms at once") {
  const TempDir dir;
  const std::string image = write_scene(dir), report = dir / "out/report.json";
  REQUIRE(attnviz_run({image, "红色杯子", "-o", dir / "out"}).exit_code == 0);
  const std::string text = read_bytes(report);
  write_bytes(dir / "short.json", text.substr(0, text.size() / 2));
  const Outcome cut = attnviz_run({"inspect", dir / "short.json"});
  CHECK(cut.exit_code == 3);
  CHECK(cut.err ==
        "attnviz: error: " + (dir / "short.json") + ": not valid JSON; give a report.json that attnviz wrote\n");
  CHECK(attnviz_run({"inspect", image}).exit_code == 3);
  CHECK(attnviz_run({"inspect", dir / "none.json"}).exit_code == 3);
  CHECK(attnviz_run({"inspect", report, "--word", "碗"}).exit_code == 2);
  CHECK(attnviz_run({"inspect", report, "--json", "--csv"}).exit_code == 2);
  CHECK(attnviz_run({"inspect"}).exit_code == 2);
}
