// Checkpoint folders as a user gives them to the program: by path and by hub name, sound and broken.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const std::string kFolders = std::string(ATTNVIZ_TEST_DATA) + "/reference/data/checkpoints/";

json report_of(const std::string& out) { return json::parse(read_bytes(out + "/report.json")); }

void copy_checkpoint(const std::string& name, const fs::path& to) {
  fs::create_directories(to.parent_path());
  fs::copy(kFolders + name, to, fs::copy_options::recursive);
}

}  // namespace

TEST_CASE("a checkpoint folder is a model: words, maps, pictures") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  struct Known {
    std::string name, instruction;
    std::size_t words, layers, heads;
  };
  for (const Known& known : {Known{"clip", "pick up the red cup", 5, 1, 2},
                             {"chinese_clip", "拿起红色杯子", 3, 1, 2},
                             {"siglip", "the cup", 2, 1, 2},
                             {"siglip2", "the cup", 2, 1, 2},
                             {"owlvit", "red cup", 2, 1, 2},
                             {"blip", "pick up the red cup", 5, 3, 4},
                             {"vilt", "the red cup", 3, 4, 2}}) {
    CAPTURE(known.name);
    const std::string out = dir / known.name;
    const Outcome outcome = attnviz_run({image, known.instruction, "-m", kFolders + known.name, "-o", out});
    REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
    const json report = report_of(out);
    CHECK(report["model"]["name"] == known.name);
    CHECK(report["model"]["layers"] == known.layers);
    CHECK(report["model"]["heads"] == known.heads);
    REQUIRE(report["words"].size() == known.words);
    for (const json& word : report["words"]) {
      double sum = 0;
      for (const json& weight : word["map"]) sum += weight.get<double>();
      CHECK(std::fabs(sum - 1) < 1e-3);
      CHECK(fs::file_size(fs::path(out) / word["heatmap"].get<std::string>()) > 100);
    }
  }
}

TEST_CASE("a hub name means its snapshot in the local cache; nothing is fetched") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const fs::path repository = fs::path(dir / "home") / "hub" / "models--someone--small-blip";
  copy_checkpoint("blip", repository / "snapshots" / "0123abcd");
  fs::create_directories(repository / "refs");
  write_bytes((repository / "refs" / "main").string(), "0123abcd");
  const RunSetting setting{".", {{"HF_HOME", dir / "home"}, {"HF_HUB_CACHE", ""}, {"HUGGINGFACE_HUB_CACHE", ""}}};
  const Outcome outcome = attnviz_run({image, "cup", "-m", "someone/small-blip", "-o", dir / "out"}, setting);
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(report_of(dir / "out")["model"]["name"] == "someone/small-blip");
  const Outcome absent = attnviz_run({image, "cup", "-m", "someone/other", "-o", dir / "other"}, setting);
  CHECK(absent.exit_code == 4);
  CHECK_MESSAGE(absent.err.find("fetch it: hf download someone/other") != std::string::npos, absent.err);
  CHECK_FALSE(fs::exists(dir / "other"));
}

TEST_CASE("models check says what a folder is, or all that is wrong with it") {
  const TempDir dir;
  const Outcome sound = attnviz_run({"models", "check", kFolders + "clip"});
  CHECK(sound.exit_code == 0);
  CHECK(sound.out.find(": sound\nkind       clip checkpoint\n") != std::string::npos);
  CHECK(sound.out.find("memory     about ") != std::string::npos);
  copy_checkpoint("clip", dir / "broken");
  json config = json::parse(read_bytes(dir / "broken/config.json"));
  config["projection_dim"] = 23;
  write_bytes(dir / "broken/config.json", config.dump());
  fs::remove(dir / "broken/merges.txt");
  const Outcome broken = attnviz_run({"models", "check", dir / "broken"});
  CHECK(broken.exit_code == 4);
  const std::string said = broken.out + broken.err;
  for (const char* part : {"merges.txt", "text_projection.weight", "visual_projection.weight"}) {
    CHECK_MESSAGE(said.find(part) != std::string::npos, said);
  }
}

TEST_CASE("folders that are no model end the job before anything is written") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  const auto refused = [&](const std::string& part) {
    const Outcome outcome = attnviz_run({image, "red cup", "-m", dir / "model", "-o", dir / "out"});
    CHECK(outcome.exit_code == 4);
    CHECK_MESSAGE(outcome.err.find(part) != std::string::npos, outcome.err);
    CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
    CHECK_FALSE(fs::exists(dir / "out"));
  };
  fs::create_directory(dir / "model");
  refused("has no config.json");
  write_bytes(dir / "model/config.json", R"({"model_type": "llava"})");
  refused("supported are blip, chinese_clip, clip, owlvit, siglip, vilt");
  fs::remove_all(dir / "model");
  copy_checkpoint("blip", dir / "model");
  fs::copy_file(kFolders + "clip/vocab.json", dir / "model/tokenizer.json");
  refused("tokenizer.json");
  fs::remove(dir / "model/tokenizer.json");
  write_bytes(dir / "model/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n");
  fs::resize_file(dir / "model/model.safetensors", 4000);
  refused("model.safetensors");
}

TEST_CASE("an instruction that is too long for comparing is read from its end") {
  const TempDir dir;
  const std::string instruction =
      "pick up the red cup and put the blue bowl on the table and then open the drawer please";
  const Outcome outcome =
      attnviz_run({write_scene(dir), instruction, "-m", kFolders + "owlvit", "-o", dir / "out", "--formats", "json"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(report_of(dir / "out")["words"].size() == 19);
}

TEST_CASE("words that the tokenizer does not hold are said") {
  const TempDir dir;
  const Outcome outcome =
      attnviz_run({write_scene(dir), "拿起Ж", "-m", kFolders + "blip", "-o", dir / "out", "--formats", "json"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(report_of(dir / "out")["words"][0]["known"]);
  CHECK_FALSE(report_of(dir / "out")["words"][1]["known"]);
  CHECK(outcome.err.find("'Ж' is not in the model's vocabulary") != std::string::npos);
  const Outcome none = attnviz_run({write_scene(dir), "red !!! cup", "-m", kFolders + "siglip", "--words",
                                    "red|!!!|cup", "-o", dir / "none", "--formats", "json"});
  REQUIRE_MESSAGE(none.exit_code == 0, none.err);
  CHECK(report_of(dir / "none")["words"][1]["tokens"].empty());
  CHECK_FALSE(report_of(dir / "none")["words"][1]["known"]);
}
