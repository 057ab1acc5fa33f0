// Model files: a small sound one works, every broken one ends with exit code 4, one line, and nothing written.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include "support/model_file.hpp"
#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;

namespace {

void expect_refused(const std::string& bytes, const std::string& named) {
  const TempDir dir;
  write_bytes(dir / "model.safetensors", bytes);
  const Outcome outcome =
      attnviz_run({write_scene(dir), "red cup", "-m", dir / "model.safetensors", "-o", dir / "out"});
  CAPTURE(named);
  CAPTURE(outcome.err);
  CHECK(outcome.exit_code == 4);
  CHECK(outcome.err.starts_with("attnviz: error: "));
  CHECK(outcome.err.find(named) != std::string::npos);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK_FALSE(std::filesystem::exists(dir / "out"));
}

// The tiny model with one thing changed.
template <typename Edit>
std::string broken(const Edit& edit) {
  ModelFile model = tiny_model();
  edit(model);
  return model.bytes();
}

}  // namespace

TEST_CASE("a model file of the user's own") {
  const TempDir dir;
  write_bytes(dir / "mine.safetensors", tiny_model_bytes());
  const Outcome outcome =
      attnviz_run({write_scene(dir), "pick up the red cup", "-m", dir / "mine.safetensors", "-o", dir / "out"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(outcome.out.find("word 'pick up'") == 0);
  CHECK(attnviz_run({"models", "check", dir / "mine.safetensors"}).out.find(": sound") != std::string::npos);
  CHECK(attnviz_run({"models", "info", dir / "mine.safetensors"}).out.find("tiny") != std::string::npos);
}

TEST_CASE("broken model files") {
  const std::string whole = tiny_model_bytes();
  expect_refused("", "model.safetensors");
  expect_refused(whole.substr(0, whole.size() / 2), "model.safetensors");
  expect_refused(std::string(8, '\xFF') + whole.substr(8), "model.safetensors");
  expect_refused(broken([](ModelFile& m) { m.tensors.erase("fusion.nothing"); }), "fusion.nothing");
  expect_refused(broken([](ModelFile& m) { m.tensors["patches.bias"].shape = {2, 8}; }), "patches.bias");
  expect_refused(broken([](ModelFile& m) { m.tensors["patches.bias"].dtype = "I32"; }), "patches.bias");
  expect_refused(broken([](ModelFile& m) { m.set("trunk.head.weight", 5, NAN); }), "trunk.head.weight");
  expect_refused(broken([](ModelFile& m) { m.edit_config([](auto& c) { c["dim"] = 2'000'000'000; }); }), "dim");
  expect_refused(broken([](ModelFile& m) { m.metadata.clear(); }), "model.safetensors");
}

TEST_CASE("tensor data outside of the file") {
  ModelFile model = tiny_model();
  nlohmann::json header = nlohmann::json::parse(model.header());
  header["patches.bias"]["data_offsets"] = {1ULL << 60, (1ULL << 60) + 32};
  expect_refused(model.bytes(header.dump()), "patches.bias");
}

TEST_CASE("models that are not there") {
  const TempDir dir;
  const std::string image = write_scene(dir);
  CHECK(attnviz_run({image, "red", "-m", "nosuch", "-o", dir / "out"}).exit_code == 4);
  CHECK(attnviz_run({image, "red", "-m", dir / "nosuch.safetensors", "-o", dir / "out"}).exit_code == 4);
  CHECK(attnviz_run({image, "red", "-m", dir.path().string(), "-o", dir / "out"}).exit_code == 4);
  CHECK(attnviz_run({"models", "check", image}).exit_code == 4);
  CHECK_FALSE(std::filesystem::exists(dir / "out"));
}
