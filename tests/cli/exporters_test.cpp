// Dumps that the exporters of tests/exporters wrote, opened by the command that stands in their heads.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

// As tests/exporters/check.py made them: their sizes alone matter.
struct Cameras {
  TempDir dir;
  std::string top = write_scene(dir, 160, 120, "top.ppm"), wrist = write_scene(dir, 90, 150, "wrist.ppm");
};

std::string data(const std::string& name) {
  return std::string(ATTNVIZ_TEST_DATA) + "/reference/data/exporters/" + name;
}

}  // namespace

TEST_CASE("what the exporters wrote opens with a preset and no more, as NumPy reads it") {
  const Cameras cameras;
  for (const auto& [preset, views] : {std::pair{"llava", 1}, {"qwen2-vl", 1}, {"pi0", 2}, {"smolvla", 2}}) {
    const std::string name = preset;
    INFO(name);
    const std::string out = cameras.dir / name;
    std::vector<std::string> arguments{"render",   cameras.top, "--attention", data(name + ".npz"),
                                       "--preset", name,        "-o",          out};
    if (views == 2) arguments.insert(arguments.end(), {"--view", cameras.wrist});
    const Outcome outcome = attnviz_run(arguments);
    REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
    // The rest of a row is the other tokens'.
    CHECK(outcome.err.find("not to 1; they are shown as shares of the image's weight\n") != std::string::npos);
    const Json report = Json::parse(read_bytes(out + "/report.json")),
               expected = Json::parse(read_bytes(data(name + ".json")));
    CHECK(report["instruction"] == "拿起 red cup");
    REQUIRE(report["words"].size() == expected.size());
    for (std::size_t word = 0; word < expected.size(); ++word) {
      const Json& said = report["words"][word];
      CHECK(said["text"] == expected[word]["text"]);
      REQUIRE(expected[word]["views"].size() == static_cast<std::size_t>(views));
      for (std::size_t view = 0; view < expected[word]["views"].size(); ++view) {
        const Json& best = (view == 0 ? said : said["views"][view - 1])["top"][0];
        CHECK(best["patch"] == expected[word]["views"][view][0]);
        CHECK(best["weight"].get<double>() ==
              doctest::Approx(expected[word]["views"][view][1].get<double>()).epsilon(1e-5));
      }
    }
  }
}
