// The model in the program still sees what it saw when it was built in: a small held-out set (tests/eval/README.md)
// against the figures that `attnviz eval --json` gave then.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "support/process.hpp"

using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

constexpr double kTolerance = 0.01;  // another instruction set rounds otherwise
// One word or target of a set may tip over where two patches are nearly alike.
double tolerance_of_rate(const Json& of) { return kTolerance + 1.0 / of["n"].get<double>(); }

void check_near(const Json& got, const Json& recorded, double tolerance, const std::string& what) {
  CHECK_MESSAGE(std::fabs(got.get<double>() - recorded.get<double>()) <= tolerance, what);
}

void check_set(const std::string& name) {
  const TempDir dir;
  const std::string set = std::string(ATTNVIZ_TEST_DATA) + "/eval/" + name;
  const Outcome outcome = attnviz_run({"eval", set + "/eval.jsonl", "--json", dir / "eval.json"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  const Json got = Json::parse(read_bytes(dir / "eval.json")),
             recorded = Json::parse(read_bytes(set + "/figures.json"));
  REQUIRE(got["kinds"].size() == recorded["kinds"].size());
  for (const auto& [kind, figures] : recorded["kinds"].items()) {
    REQUIRE(got["kinds"][kind]["n"] == figures["n"]);
    for (const char* key : {"mass", "iou", "chance"}) {
      check_near(got["kinds"][kind][key], figures[key], kTolerance, name + " " + kind + " " + key);
    }
    check_near(got["kinds"][kind]["pointing"], figures["pointing"], tolerance_of_rate(figures), name + " " + kind);
  }
  check_near(got["success"]["rate"], recorded["success"]["rate"], tolerance_of_rate(recorded["success"]), name);
  check_near(got["nothing"]["auc"], recorded["nothing"]["auc"], tolerance_of_rate(recorded["nothing"]), name);
  CHECK(got["skipped"].empty());
}

}  // namespace

TEST_CASE("composed scenes of objects that training never saw") { check_set("objects"); }
