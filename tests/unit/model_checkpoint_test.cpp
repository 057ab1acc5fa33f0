// Checkpoint folders: where hub names lie, what is read of configurations, how broken folders are refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "attnviz/core/error.hpp"
#include "model/checkpoint/folder.hpp"
#include "model/checkpoint/load.hpp"
#include "model/checkpoint/positions.hpp"
#include "support/temp_dir.hpp"

using namespace attnviz;
using namespace attnviz::model;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const fs::path kFolders = fs::path(ATTNVIZ_TEST_DATA) / "reference/data/checkpoints";

class Environment {
public:
  Environment() {
    for (const char* name : kNames) unsetenv(name);
  }
  ~Environment() {
    for (const char* name : kNames) unsetenv(name);
  }
  void set(const char* name, const fs::path& value) { setenv(name, value.c_str(), 1); }

private:
  static constexpr const char* kNames[] = {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"};
};

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::model);
    const std::string message = error.what();
    CHECK(message.find('\n') == std::string::npos);
    CHECK(message.size() < 600);
    return message;
  }
  return "(no error)";
}

std::string config_refusal(const json& config) {
  return message_of([&] { checkpoint::parse_checkpoint_config(config, "config.json"); });
}

bool has(const std::string& message, const std::string& part) {
  CAPTURE(message);
  CAPTURE(part);
  return message.find(part) != std::string::npos;
}

// A copy of a fixture that may be broken.
class Copy {
public:
  explicit Copy(const std::string& name) { fs::copy(kFolders / name, path(), fs::copy_options::recursive); }
  fs::path path() const { return fs::path(dir_ / "model"); }
  std::string refusal() const {
    return message_of([&] { checkpoint::load(path().string(), "model"); });
  }

private:
  test::TempDir dir_;
};

}  // namespace

TEST_CASE("hub names are found in the local cache, the revision of main before the newest") {
  Environment environment;
  const test::TempDir dir;
  const fs::path repository = fs::path(dir / "hub") / "models--owner--some-model";
  fs::create_directories(repository / "snapshots" / "older");
  fs::create_directories(repository / "snapshots" / "abc123");
  environment.set("HF_HOME", dir.path());
  CHECK(checkpoint::find_in_hub_cache("owner/some-model").has_value());  // no main: any will do
  fs::create_directories(repository / "refs");
  test::write_bytes((repository / "refs" / "main").string(), "older\n");
  CHECK(*checkpoint::find_in_hub_cache("owner/some-model") == repository / "snapshots" / "older");
  test::write_bytes((repository / "refs" / "main").string(), "../../elsewhere");
  CHECK(checkpoint::find_in_hub_cache("owner/some-model")->parent_path() == repository / "snapshots");
  test::write_bytes((repository / "refs" / "main").string(), "older\n");
  test::write_bytes((repository / "snapshots" / "abc123" / "model.safetensors").string(), "x");
  CHECK(*checkpoint::find_in_hub_cache("owner/some-model") == repository / "snapshots" / "abc123");
  CHECK_FALSE(checkpoint::find_in_hub_cache("owner/other").has_value());
  for (const char* odd : {"", "/", "a/b/c", "../owner/some-model", "owner/..", "owner/", "/some-model", "a b"}) {
    CHECK_FALSE(checkpoint::find_in_hub_cache(odd).has_value());
  }
}

TEST_CASE("the cache is where the environment says, the nearest word first") {
  Environment environment;
  environment.set("XDG_CACHE_HOME", "/x");
  CHECK(checkpoint::hub_cache() == "/x/huggingface/hub");
  environment.set("HF_HOME", "/h");
  CHECK(checkpoint::hub_cache() == "/h/hub");
  environment.set("HF_HUB_CACHE", "/c");
  CHECK(checkpoint::hub_cache() == "/c");
}

TEST_CASE("what a configuration leaves out is as in the original library") {
  const auto clip = checkpoint::parse_checkpoint_config({{"model_type", "clip"}}, "config.json");
  CHECK(clip.text.dim == 512);
  CHECK(clip.text.positions == 77);
  CHECK(clip.vision.patch_px == 32);
  CHECK(clip.projection == 512);
  CHECK(clip.vision.activation == attention::Activation::quick_gelu);
  const auto siglip =
      checkpoint::parse_checkpoint_config({{"model_type", "siglip"},
                                           {"text_config", {{"hidden_size", 1152U}, {"num_attention_heads", 16U}}},
                                           {"vision_config", {{"hidden_size", 1152U}}}},
                                          "config.json");
  CHECK(siglip.projection == 1152);
  CHECK(siglip.vision.side() == 14);
  CHECK(siglip.vision.layers == 12);
  CHECK(siglip.text.epsilon == 1e-6);
  const auto vilt = checkpoint::parse_checkpoint_config({{"model_type", "vilt"}, {"image_size", 96U}}, "config.json");
  CHECK(vilt.vision.side() == 3);
  CHECK(vilt.text.token_types == 2);
}

TEST_CASE("what CLIP's configuration says twice counts as the original counts it") {
  const auto clip =
      checkpoint::parse_checkpoint_config({{"model_type", "clip"},
                                           {"text_config", {{"hidden_size", 64U}, {"hidden_act", "gelu"}}},
                                           {"text_config_dict", {{"hidden_size", 128U}}},
                                           {"vision_config", {{"hidden_size", 192U}}},
                                           {"vision_config_dict", nullptr}},
                                          "config.json");
  CHECK(clip.text.dim == 128);
  CHECK(clip.text.activation == attention::Activation::quick_gelu);
  CHECK(clip.vision.dim == 192);
}

TEST_CASE("pixels of a processor that leaves its numbers out are the original's") {
  const auto clip = checkpoint::parse_pixel_rule({{"do_rescale", nullptr}}, "p.json", checkpoint::Architecture::clip);
  CHECK(clip.mean[0] == doctest::Approx(0.48145466));
  CHECK(clip.std[2] == doctest::Approx(0.27577711));
  CHECK(clip.scale == doctest::Approx(1.0 / 255));
  const auto vilt = checkpoint::parse_pixel_rule(json::object(), "p.json", checkpoint::Architecture::vilt);
  CHECK(vilt.mean[1] == 0.5F);
}

TEST_CASE("configurations that cannot be are refused by name") {
  CHECK(has(config_refusal({{"model_type", "owlvit"}, {"projection_dim", 256U}}),
            "words and patches cannot be compared"));
  CHECK(has(config_refusal({{"model_type", "siglip"}, {"text_config", {{"projection_size", 384U}}}}),
            "words and patches cannot be compared"));
  CHECK(has(config_refusal({{"model_type", "llava"}}), "supported are blip, chinese_clip, clip, owlvit, siglip, vilt"));
  CHECK(has(config_refusal(json::array()), "is not an object"));
  CHECK(has(config_refusal({{"architectures", {"CLIPModel"}}}), "'model_type' is missing"));
  CHECK(has(config_refusal({{"model_type", "clip"}, {"vision_config", {{"hidden_size", 1e300}}}}),
            "vision_config.hidden_size"));
  CHECK(has(config_refusal({{"model_type", "clip"}, {"vision_config", {{"hidden_size", -4}}}}),
            "vision_config.hidden_size"));
  CHECK(has(config_refusal({{"model_type", "clip"}, {"vision_config", {{"num_attention_heads", 7U}}}}),
            "does not divide 768"));
  CHECK(has(config_refusal({{"model_type", "clip"}, {"vision_config", {{"patch_size", 0U}}}}), "patch_size"));
  CHECK(has(config_refusal({{"model_type", "clip"}, {"vision_config", {{"patch_size", 300U}}}}), "less than a patch"));
  CHECK(has(config_refusal({{"model_type", "clip"}, {"text_config", {{"hidden_act", "swish"}}}}), "hidden_act"));
  CHECK(has(config_refusal({{"model_type", "clip"}, {"text_config", {{"layer_norm_eps", "x"}}}}), "layer_norm_eps"));
  CHECK(has(config_refusal({{"model_type", "clip"}, {"text_config", 3}}), "text_config"));
}

TEST_CASE("broken folders say what is missing and what to do") {
  const auto refusal_without = [](const std::string& name, const std::string& file) {
    const Copy copy(name);
    fs::remove(copy.path() / file);
    return copy.refusal();
  };
  CHECK(has(refusal_without("clip", "config.json"), "has no config.json"));
  CHECK(has(refusal_without("clip", "model.safetensors"), "has no model.safetensors"));
  CHECK(has(refusal_without("clip", "preprocessor_config.json"), "AutoProcessor"));
  CHECK(has(refusal_without("chinese_clip", "model-00002-of-00006.safetensors"),
            "shards are missing: model-00002-of-00006.safetensors"));
  const Copy pickled("clip");
  fs::rename(pickled.path() / "model.safetensors", pickled.path() / "pytorch_model.bin");
  CHECK(has(pickled.refusal(),
            "pytorch_model.bin, not in safetensors; convert it in Python: CLIPModel.from_pretrained("));
  const Copy truncated("blip");
  fs::resize_file(truncated.path() / "model.safetensors", 5000);
  CHECK(has(truncated.refusal(), "truncated"));
  const Copy deep("blip");
  test::write_bytes((deep.path() / "config.json").string(), std::string(100000, '['));
  CHECK(has(deep.refusal(), "nested too deeply"));
  const Copy vast("chinese_clip");
  fs::resize_file(vast.path() / "model.safetensors.index.json", std::uintmax_t{1} << 33);  // takes no room on a disk
  CHECK(has(vast.refusal(), "too large for an index"));
}

TEST_CASE("what is missing costs no memory, however large the config says it is") {
  const Copy copy("clip");
  json config = json::parse(test::read_bytes((copy.path() / "config.json").string()));
  config["vision_config"]["image_size"] = 4096;
  config["vision_config"]["patch_size"] = 1;
  config["vision_config"]["hidden_size"] = 8192;
  test::write_bytes((copy.path() / "config.json").string(), config.dump());
  CHECK(has(copy.refusal(), "tensor '"));
  const ModelCheck found = checkpoint::check(copy.path().string());
  CHECK(has(found.problems.back(), "is it the config of this model?"));
}

TEST_CASE("a tokenizer with more tokens than the model has is another model's") {
  const Copy copy("blip");
  std::string words = test::read_bytes((copy.path() / "vocab.txt").string());
  for (int i = 0; i < 50; ++i) words.append("word").append(std::to_string(i)).append("\n");
  test::write_bytes((copy.path() / "vocab.txt").string(), words);
  CHECK(has(copy.refusal(), "is it another model's tokenizer?"));
}

TEST_CASE("the first names of norms are read, too") {
  const Copy copy("blip");
  const std::string file = (copy.path() / "model.safetensors").string();
  std::string bytes = test::read_bytes(file);
  for (const auto& [name, old] : {std::pair<std::string, std::string>{"LayerNorm.weight\"", "LayerNorm.gamma\" "},
                                  {"LayerNorm.bias\"", "LayerNorm.beta\""}}) {
    for (std::size_t at = bytes.find(name); at != std::string::npos; at = bytes.find(name))
      bytes.replace(at, name.size(), old);
  }
  test::write_bytes(file, bytes);
  CHECK(checkpoint::check(copy.path().string()).problems.empty());
}

TEST_CASE("ViLT cuts an image as its processor does") {
  const auto model = checkpoint::load((kFolders / "vilt").string(), "vilt");
  const auto shape = [&](int width, int height) {
    const PatchGrid grid = model->encode(Image(width, height), std::nullopt).grid;
    return std::pair(grid.rows(), grid.cols());
  };
  CHECK(shape(300, 100) == std::pair(2, 6));
  CHECK(shape(120, 90) == std::pair(4, 5));
  CHECK(shape(90, 160) == std::pair(6, 3));
  CHECK(shape(1, 1000) == std::pair(6, 1));
}

TEST_CASE("an index of shards cannot lead out of its folder") {
  const auto refusal_of = [](const std::string& file) {
    const Copy copy("chinese_clip");
    test::write_bytes((copy.path() / "model.safetensors.index.json").string(),
                      json{{"weight_map", {{"logit_scale", file}}}}.dump());
    return copy.refusal();
  };
  CHECK(has(refusal_of("../other.safetensors"), "no plain file name"));
  CHECK(has(refusal_of("/etc/passwd"), "no plain file name"));
  CHECK(has(refusal_of("config.json"), "config.json"));
  CHECK(has(refusal_of("model-00001-of-00006.safetensors"), "tensor"));
}

TEST_CASE("a check names every tensor that is missing, extra or of another shape") {
  const Copy copy("clip");
  json config = json::parse(test::read_bytes((copy.path() / "config.json").string()));
  config["projection_dim"] = 23;
  config["text_config"]["num_hidden_layers"] = 4;
  config["vision_config"]["num_hidden_layers"] = 2;
  test::write_bytes((copy.path() / "config.json").string(), config.dump());
  const ModelCheck found = checkpoint::check(copy.path().string());
  const auto names = [](const std::vector<std::string>& lines, const std::string& part) {
    return std::ranges::any_of(lines, [&](const std::string& line) { return line.find(part) != std::string::npos; });
  };
  CHECK(names(found.problems, "'text_projection.weight' has shape [24, 32] where the config needs [23, 32]"));
  CHECK(names(found.problems, "'visual_projection.weight'"));
  CHECK(names(found.problems, "'text_model.encoder.layers.3.self_attn.q_proj.weight' is missing"));
  CHECK(names(found.unused, "vision_model.encoder.layers.2.mlp.fc1.weight"));
  const ModelCheck sound = checkpoint::check((kFolders / "clip").string());
  CHECK(sound.problems.empty());
  CHECK(sound.unused.empty());
  CHECK(sound.kind == "clip checkpoint");
}

TEST_CASE("positions of a grid of the table's own shape stay as they are") {
  Matrix table(9, 2);
  for (std::size_t i = 0; i < 18; ++i) table.data()[i] = static_cast<float>(i * i % 7);
  for (const auto kind : {checkpoint::Interpolation::cubic, checkpoint::Interpolation::linear_to_corners}) {
    const Matrix same = checkpoint::resize_positions(table, 3, 3, 3, kind);
    for (std::size_t i = 0; i < 18; ++i) CHECK(same.data()[i] == table.data()[i]);
    CHECK(checkpoint::resize_positions(table, 3, 1, 5, kind).rows() == 5);
  }
}
