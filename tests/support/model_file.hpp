// Makes model files for tests: a small random model in the format of training/FORMAT.md, and ways to break it.
//
//   ModelFile model = tiny_model();                       // valid
//   model.tensors["patches.bias"].shape = {7};            // wrong shape (bytes() keeps the tensor's own bytes)
//   model.tensors.erase("trunk.head.bias");               // missing tensor
//   model.set("patches.bias", 0, NAN);                    // NaN weight
//   model.edit_config([](auto& c) { c["dim"] = 1e9; });   // absurd size
//   model.bytes().substr(0, 1000);                        // truncated
//   model.bytes(R"({"a": ...})");                         // any header before the same data
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/fusion_tensors.hpp"
#include "support/tensor_file.hpp"

namespace attnviz::test {

struct TinyModelOptions {
  std::size_t dim = 16, text_layers = 1, text_heads = 2, text_ffn = 24, fusion_layers = 2, fusion_heads = 4,
              fusion_ffn = 24, patch_ffn = 20, mixers = 0, max_words = 64, patches = 16;
  std::size_t stem = 8, head = 24;
  // [kernel, stride, expand_ratio, out_channels]
  std::vector<std::vector<std::size_t>> blocks{{3, 1, 1, 4},  {3, 2, 2, 6},  {5, 2, 3, 8},
                                               {3, 2, 2, 12}, {5, 1, 2, 12}, {5, 2, 2, 16}};
  bool action = true;
  std::string dtype = "F16";
  unsigned seed = 1;
  nlohmann::json fusion = nlohmann::json::object();  // laid over the config's "fusion"; null takes a key away
};

// The tensors of the trunk; returns the channels of the last block of stride 16.
inline std::size_t add_trunk(RandomTensors& random, const TinyModelOptions& options) {
  random.linear("trunk.stem", {options.stem, 3, 3, 3});
  std::size_t channels = options.stem, stride = 2, s16_channels = 0;
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    const std::vector<std::size_t>& block = options.blocks[i];
    const std::string name = "trunk.blocks." + std::to_string(i);
    const std::size_t wide = channels * block[2];
    if (block[2] > 1) random.linear(name + ".expand", {wide, channels});
    random.linear(name + ".depthwise", {wide, block[0], block[0]});
    random.linear(name + ".project", {block[3], wide});
    channels = block[3];
    stride *= block[1];
    if (stride == 16) s16_channels = channels;
  }
  random.linear("trunk.head", {options.head, channels});
  return s16_channels;
}

inline nlohmann::json fusion_json(const TinyModelOptions& options) {
  nlohmann::json fusion = {{"type", "cross"},
                           {"layers", options.fusion_layers},
                           {"heads", options.fusion_heads},
                           {"ffn", options.fusion_ffn}};
  fusion.merge_patch(options.fusion);
  return fusion;
}

inline std::string config_json(const TinyModelOptions& options) {
  const nlohmann::json config = {{"name", "tiny"},
                                 {"vision",
                                  {{"trunk", "efficientnet-lite0"},
                                   {"patch_px", 16},
                                   {"patches", {options.patches, options.patches}},
                                   {"mean", {127.0, 127.0, 127.0}},
                                   {"std", {128.0, 128.0, 128.0}},
                                   {"stem", options.stem},
                                   {"blocks", options.blocks},
                                   {"head", options.head},
                                   {"mixers", options.mixers}}},
                                 {"dim", options.dim},
                                 {"text",
                                  {{"layers", options.text_layers},
                                   {"heads", options.text_heads},
                                   {"ffn", options.text_ffn},
                                   {"max_words", options.max_words}}},
                                 {"fusion", fusion_json(options)},
                                 {"view", {{"layer", "last"}, {"head", "mean"}}}};
  return config.dump();
}

// Rows 1 to 4 of the embedding; row 0 is the unknown token.
inline std::string vocabulary_json() {
  const auto entry = [](int row, const char* kind, std::vector<std::string> texts) {
    return nlohmann::json{{"row", row}, {"kind", kind}, {"texts", std::move(texts)}};
  };
  return nlohmann::json{entry(1, "colour", {"red", "红色"}), entry(2, "noun", {"cup", "杯子"}),
                        entry(3, "verb", {"pick up", "拿起"}), entry(4, "other", {"the"})}
      .dump();
}

inline ModelFile tiny_model(const TinyModelOptions& options = {}) {
  ModelFile file;
  RandomTensors random(file, options.dtype, options.seed);
  const std::size_t dim = options.dim;
  const std::size_t s16_channels = add_trunk(random, options);
  random.add("patches.s16.weight", {dim, s16_channels}, 0.2f);
  random.add("patches.s32.weight", {dim, options.head}, 0.2f);
  random.add("patches.rgb.weight", {dim, 48}, 0.2f);
  random.add("patches.bias", {dim}, 0.1f);
  random.add("patches.place.weight", {dim, 4}, 0.3f);
  random.norm("patches.norm_in", dim);
  random.linear("patches.ffn.up", {options.patch_ffn, dim});
  random.linear("patches.ffn.down", {dim, options.patch_ffn});
  random.norm("patches.norm_out", dim);
  for (std::size_t i = 0; i < options.mixers; ++i) {
    const std::string name = "patches.mixers." + std::to_string(i);
    random.linear(name + ".depthwise", {dim, 5, 5});
    random.feed_forward(name, dim, options.patch_ffn);
    random.norm(name + ".norm", dim);
  }
  random.add("words.embedding.weight", {5, dim}, 1.0f);
  random.add("words.position_gain", {1}, 0.0f, 0.25f);
  random.norm("words.norm_in", dim);
  for (std::size_t i = 0; i < options.text_layers; ++i) {
    random.transformer("words.layers." + std::to_string(i), dim, options.text_ffn);
  }
  add_fusion(random, fusion_json(options), dim);
  if (options.action) {
    random.linear("action.query", {dim, dim});
    random.linear("action.key", {dim, dim});
    random.linear("action.box1", {dim, 2 * dim});
    random.linear("action.box2", {4, dim});
  }
  file.metadata = {{"format", "attnviz.model/1"}, {"config", config_json(options)}, {"vocabulary", vocabulary_json()}};
  return file;
}

// The id of a whole model's encoders, for models that use them.
inline ModelFile with_id(ModelFile file, const std::string& id) {
  file.edit_config([&id](nlohmann::json& config) { config["id"] = id; });
  return file;
}

// The same fusion and action head for the encoders of model `encoders`.
inline ModelFile without_encoders(ModelFile file, const std::string& encoders, const std::string& id) {
  std::erase_if(file.tensors, [](const auto& tensor) {
    return !tensor.first.starts_with("fusion.") && !tensor.first.starts_with("action.");
  });
  file.metadata.erase("vocabulary");
  file.edit_config([&](nlohmann::json& config) {
    for (const char* key : {"vision", "text", "id"}) config.erase(key);
    config["encoders"] = {{"model", encoders}, {"id", id}};
  });
  return file;
}

inline std::string tiny_model_bytes(const TinyModelOptions& options = {}) { return tiny_model(options).bytes(); }

}  // namespace attnviz::test
