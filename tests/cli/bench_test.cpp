// attnviz bench: figures that make sense, in both forms. Speed itself is no test.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "support/process.hpp"

using namespace attnviz::test;
using Json = nlohmann::ordered_json;

TEST_CASE("--json holds the machine and every shape on both paths") {
  const Outcome outcome = attnviz_run({"bench", "--quick", "--json", "--threads", "1"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(outcome.err.empty());
  const Json json = Json::parse(outcome.out);
  CHECK(json["schema"] == "attnviz.bench/1");
  CHECK(json["threads"] == 1);
  CHECK_FALSE(json["machine"].get<std::string>().empty());
  CHECK_FALSE(json["isa"].get<std::string>().empty());
  CHECK(json["peak_gflops"].get<double>() > 0.1);
  REQUIRE(json["cases"].size() == 4);
  for (const Json& item : json["cases"]) {
    for (const char* key : {"num_words", "num_patches", "model_dim", "num_heads", "ms", "gflops", "share_of_peak"}) {
      const double value = item[key].get<double>();
      CHECK_MESSAGE((std::isfinite(value) && value > 0), key);
    }
  }
  CHECK(json["cases"][0]["path"] == "plain");
  CHECK(json["cases"][1]["path"] == "folded");
  CHECK(json["cases"][1]["num_words"] == 1);
  CHECK(json["cases"][3]["num_words"] == 16);
  CHECK(json["cases"][0]["chosen"] == false);  // one word: folding is cheaper by far
  CHECK(json["cases"][1]["chosen"] == true);
}

TEST_CASE("gflops are the operations of the path by its time") {
  const Json json = Json::parse(attnviz_run({"bench", "--quick", "--json"}).out);
  const auto operations = [&](std::size_t index) {
    const Json& item = json["cases"][index];
    return item["ms"].get<double>() * item["gflops"].get<double>() * 1e6;
  };
  // 16 words, 196 patches, width 256, 8 heads
  CHECK(operations(2) == doctest::Approx(2.0 * (2 * 16 * 65536 + 2 * 196 * 65536 + 2 * 16 * 196 * 256)).epsilon(1e-4));
  CHECK(operations(3) == doctest::Approx(2.0 * (4 * 16 * 65536 + 2 * 8 * 16 * 196 * 256)).epsilon(1e-4));
}

TEST_CASE("the table, in both languages") {
  const Outcome english = attnviz_run({"bench", "--quick"});
  REQUIRE(english.exit_code == 0);
  CHECK(english.out.find("GFLOP/s") != std::string::npos);
  CHECK(english.out.find("\n    1     196   256     8 ") != std::string::npos);
  CHECK(english.out.find("\n   16     196   256     8 ") != std::string::npos);
  const Outcome chinese = attnviz_run({"bench", "--quick", "--lang", "zh"});
  CHECK(chinese.out.find("图块") != std::string::npos);
}

TEST_CASE("the instruction set may be forced") {
  const Json json = Json::parse(attnviz_run({"bench", "--quick", "--json"}).out);
  const std::string isa = json["isa"];
  const Outcome same = attnviz_run({"bench", "--quick", "--json"}, {.environment = {{"ATTNVIZ_ISA", isa}}});
  CHECK(Json::parse(same.out)["isa"] == isa);
  CHECK(attnviz_run({"bench", "--quick"}, {.environment = {{"ATTNVIZ_ISA", "nosuch"}}}).exit_code == 2);
}

TEST_CASE("wrong usage") {
  for (const char* wrong : {"--model", "--nosuch", "extra"}) {
    const Outcome outcome = attnviz_run({"bench", "--quick", wrong});
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.out.empty());
  }
  CHECK(attnviz_run({"bench", "--threads", "-1"}).exit_code == 2);
}
