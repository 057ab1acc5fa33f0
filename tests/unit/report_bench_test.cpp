// The outcome of a benchmark as JSON and as a table.
#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "attnviz/report/bench_report.hpp"

using attnviz::report::BenchSummary;
using attnviz::report::Language;
using attnviz::report::to_json;
using attnviz::report::to_text;
using Json = nlohmann::ordered_json;

namespace {

BenchSummary sample_summary() {
  return {"A Processor", "AVX2", 2, 160, {{8, 196, 256, 8, {1.23456789, 42}, {0.5, 100.04}, true}}};
}

}  // namespace

TEST_CASE("JSON: one entry a shape and path") {
  const Json json = Json::parse(to_json(sample_summary()));
  CHECK(json["schema"] == "attnviz.bench/1");
  CHECK(json["machine"] == "A Processor");
  CHECK(json["isa"] == "AVX2");
  CHECK(json["threads"] == 2);
  CHECK(json["peak_gflops"] == 160);
  REQUIRE(json["cases"].size() == 2);
  CHECK(
      json["cases"][0].dump() ==
      R"({"num_words":8,"num_patches":196,"model_dim":256,"num_heads":8,"path":"plain","ms":1.23457,"gflops":42,"share_of_peak":0.2625,"chosen":false})");
  CHECK(json["cases"][1]["path"] == "folded");
  CHECK(json["cases"][1]["chosen"] == true);
}

TEST_CASE("JSON: a number that is none is a mistake") {
  BenchSummary summary = sample_summary();
  summary.cases[0].plain.gflops = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(to_json(summary), std::logic_error);
}

TEST_CASE("the table") {
  CHECK(to_text(sample_summary(), Language::en) ==
        "A Processor, AVX2, threads: 2, peak of multiply-adds: 160.0 GFLOP/s\n"
        "                                                  plain                        folded\n"
        "words patches   dim heads          ms  GFLOP/s  of peak          ms  GFLOP/s  of peak   chosen\n"
        "    8     196   256     8       1.235     42.0      26%       0.500    100.0      63%   folded\n");
}

TEST_CASE("the table in Chinese: the columns stand at the same places") {
  CHECK(to_text(sample_summary(), Language::zh) ==
        "A Processor，AVX2，2 个线程，乘加峰值 160.0 GFLOP/s\n"
        "                                                   直接                          折叠\n"
        " 词数    图块  宽度  头数        毫秒  GFLOP/s   占峰值        毫秒  GFLOP/s   占峰值     所选\n"
        "    8     196   256     8       1.235     42.0      26%       0.500    100.0      63%     折叠\n");
}

TEST_CASE("the processor's name cannot steer the terminal") {
  BenchSummary summary = sample_summary();
  summary.machine = "\x1b[2J";
  CHECK(to_text(summary, Language::en).starts_with("?[2J, AVX2"));
}
