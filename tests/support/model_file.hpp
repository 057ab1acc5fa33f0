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

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace attnviz::test {

struct StoredTensor {
  std::string dtype;  // "F16" or "F32" as made here; tests may write anything
  std::vector<std::size_t> shape;
  std::string data;
};

// Rounds towards zero; for finite values of a sensible size, infinity and NaN.
inline std::uint16_t to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7e00u);
  const float magnitude = std::fabs(value);
  if (magnitude >= 65520.0f) return static_cast<std::uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x1p-14f) return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(magnitude * 0x1p24f));
  return static_cast<std::uint16_t>(sign | ((std::bit_cast<std::uint32_t>(magnitude) - (112u << 23)) >> 13));
}

inline std::string store(const std::vector<float>& values, const std::string& dtype) {
  std::string data;
  for (const float value : values) {
    if (dtype == "F16") {
      const std::uint16_t half = to_half(value);
      data.append(reinterpret_cast<const char*>(&half), sizeof half);
    } else {
      data.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
  }
  return data;
}

struct ModelFile {
  std::map<std::string, StoredTensor> tensors;
  std::map<std::string, std::string> metadata;

  // The header that describes `tensors`, laid out one after the other.
  std::string header() const {
    nlohmann::json json;
    for (const auto& [key, value] : metadata) json["__metadata__"][key] = value;
    std::size_t offset = 0;
    for (const auto& [name, tensor] : tensors) {
      json[name] = {
          {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + tensor.data.size()}}};
      offset += tensor.data.size();
    }
    return json.dump();
  }
  // The whole file, with the given header instead of its own.
  std::string bytes(const std::string& json_header) const {
    const std::uint64_t length = json_header.size();
    std::string file(reinterpret_cast<const char*>(&length), sizeof length);
    file += json_header;
    for (const auto& [name, tensor] : tensors) file += tensor.data;
    return file;
  }
  std::string bytes() const { return bytes(header()); }

  void set(const std::string& name, std::size_t index, float value) {
    StoredTensor& tensor = tensors.at(name);
    const std::string stored = store({value}, tensor.dtype);
    tensor.data.replace(index * stored.size(), stored.size(), stored);
  }
  void edit_config(const std::function<void(nlohmann::json&)>& edit) { edit_json("config", edit); }
  void edit_vocabulary(const std::function<void(nlohmann::json&)>& edit) { edit_json("vocabulary", edit); }

private:
  void edit_json(const std::string& key, const std::function<void(nlohmann::json&)>& edit) {
    nlohmann::json json = nlohmann::json::parse(metadata.at(key));
    edit(json);
    metadata[key] = json.dump();
  }
};

struct TinyModelOptions {
  std::size_t dim = 16, text_layers = 1, text_heads = 2, text_ffn = 24, fusion_layers = 2, fusion_heads = 4,
              fusion_ffn = 24, patch_ffn = 20, max_words = 64, patches = 16;
  std::size_t stem = 8, head = 24;
  // [kernel, stride, expand_ratio, out_channels]
  std::vector<std::vector<std::size_t>> blocks{{3, 1, 1, 4},  {3, 2, 2, 6},  {5, 2, 3, 8},
                                               {3, 2, 2, 12}, {5, 1, 2, 12}, {5, 2, 2, 16}};
  bool action = true;
  std::string dtype = "F16";
  unsigned seed = 1;
};

// EfficientNet-Lite0 and the sizes of the shipped model.
inline TinyModelOptions full_size_options() {
  TinyModelOptions full;
  full.dim = 192;
  full.text_heads = full.fusion_heads = 8;
  full.text_ffn = full.fusion_ffn = full.patch_ffn = 384;
  full.patches = 400;
  full.stem = 32;
  full.head = 1280;
  full.blocks = {{3, 1, 1, 16},  {3, 2, 6, 24},  {3, 1, 6, 24},  {5, 2, 6, 40},  {5, 1, 6, 40},  {3, 2, 6, 80},
                 {3, 1, 6, 80},  {3, 1, 6, 80},  {5, 1, 6, 112}, {5, 1, 6, 112}, {5, 1, 6, 112}, {5, 2, 6, 192},
                 {5, 1, 6, 192}, {5, 1, 6, 192}, {5, 1, 6, 192}, {3, 1, 6, 320}};
  return full;
}

// Adds random tensors to a ModelFile.
class RandomTensors {
public:
  RandomTensors(ModelFile& file, const TinyModelOptions& options)
      : file_(file), dtype_(options.dtype), random_(options.seed) {}

  void add(const std::string& name, const std::vector<std::size_t>& shape, float deviation, float mean = 0) {
    std::size_t count = 1;
    for (const std::size_t side : shape) count *= side;
    std::normal_distribution<float> normal(mean, deviation);
    std::vector<float> values(count);
    for (float& value : values) value = normal(random_);
    file_.tensors[name] = {dtype_, shape, store(values, dtype_)};
  }
  // A weight [out, in...] and a bias [out].
  void linear(const std::string& name, const std::vector<std::size_t>& shape) {
    std::size_t fan_in = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) fan_in *= shape[i];
    add(name + ".weight", shape, 1.4f / std::sqrt(static_cast<float>(fan_in)));
    add(name + ".bias", {shape[0]}, 0.1f);
  }
  void norm(const std::string& name, std::size_t dim) {
    add(name + ".weight", {dim}, 0.1f, 1.0f);
    add(name + ".bias", {dim}, 0.1f);
  }
  void transformer(const std::string& name, std::size_t dim, std::size_t hidden) {
    for (const char* part : {"query", "key", "value", "output"}) linear(name + ".attention." + part, {dim, dim});
    norm(name + ".norm1", dim);
    linear(name + ".ffn.up", {hidden, dim});
    linear(name + ".ffn.down", {dim, hidden});
    norm(name + ".norm2", dim);
  }

private:
  ModelFile& file_;
  std::string dtype_;
  std::mt19937 random_;
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

inline std::string config_json(const TinyModelOptions& options) {
  const nlohmann::json config = {{"name", "tiny"},
                                 {"vision",
                                  {{"trunk", "efficientnet-lite0"},
                                   {"patch_px", 16},
                                   {"patches", options.patches},
                                   {"mean", {127.0, 127.0, 127.0}},
                                   {"std", {128.0, 128.0, 128.0}},
                                   {"stem", options.stem},
                                   {"blocks", options.blocks},
                                   {"head", options.head}}},
                                 {"dim", options.dim},
                                 {"text",
                                  {{"layers", options.text_layers},
                                   {"heads", options.text_heads},
                                   {"ffn", options.text_ffn},
                                   {"max_words", options.max_words}}},
                                 {"fusion",
                                  {{"type", "cross"},
                                   {"layers", options.fusion_layers},
                                   {"heads", options.fusion_heads},
                                   {"ffn", options.fusion_ffn}}},
                                 {"view", {{"layer", "last"}, {"head", "mean"}}}};
  return config.dump();
}

// Rows 1 to 4 of the embedding; row 0 is the unknown token.
inline std::string vocabulary_json() {
  const auto entry = [](const char* text, int row, const char* kind) {
    return nlohmann::json{{"text", text}, {"row", row}, {"kind", kind}};
  };
  return nlohmann::json{entry("red", 1, "colour"), entry("红色", 1, "colour"),  entry("cup", 2, "noun"),
                        entry("杯子", 2, "noun"),  entry("pick up", 3, "verb"), entry("拿起", 3, "verb"),
                        entry("the", 4, "other")}
      .dump();
}

inline ModelFile tiny_model(const TinyModelOptions& options = {}) {
  ModelFile file;
  RandomTensors random(file, options);
  const std::size_t dim = options.dim;
  const std::size_t s16_channels = add_trunk(random, options);
  random.add("patches.s16.weight", {dim, s16_channels}, 0.2f);
  random.add("patches.s32.weight", {dim, options.head}, 0.2f);
  random.add("patches.rgb.weight", {dim, 48}, 0.2f);
  random.add("patches.bias", {dim}, 0.1f);
  random.add("patches.position_gain", {1}, 0.0f, 0.5f);
  random.norm("patches.norm_in", dim);
  random.linear("patches.ffn.up", {options.patch_ffn, dim});
  random.linear("patches.ffn.down", {dim, options.patch_ffn});
  random.norm("patches.norm_out", dim);
  random.add("words.embedding.weight", {5, dim}, 1.0f);
  random.add("words.position_gain", {1}, 0.0f, 0.25f);
  random.norm("words.norm_in", dim);
  for (std::size_t i = 0; i < options.text_layers; ++i) {
    random.transformer("words.layers." + std::to_string(i), dim, options.text_ffn);
  }
  random.add("fusion.nothing", {1, dim}, 1.0f);
  for (std::size_t i = 0; i < options.fusion_layers; ++i) {
    random.transformer("fusion.layers." + std::to_string(i), dim, options.fusion_ffn);
  }
  if (options.action) {
    random.linear("action.query", {dim, dim});
    random.linear("action.key", {dim, dim});
    random.linear("action.box1", {dim, 2 * dim});
    random.linear("action.box2", {4, dim});
  }
  file.metadata = {{"format", "attnviz.model/1"}, {"config", config_json(options)}, {"vocabulary", vocabulary_json()}};
  return file;
}

inline std::string tiny_model_bytes(const TinyModelOptions& options = {}) { return tiny_model(options).bytes(); }

}  // namespace attnviz::test
