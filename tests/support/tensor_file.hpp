// Safetensors files for tests: tensors by name, random ones to fill them, and ways to break them.
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
#include <string>
#include <utility>
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

// Adds random tensors to a ModelFile.
class RandomTensors {
public:
  RandomTensors(ModelFile& file, std::string dtype, unsigned seed)
      : file_(file), dtype_(std::move(dtype)), random_(seed) {}

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
  void attention(const std::string& name, std::size_t dim) {
    for (const char* part : {"query", "key", "value", "output"}) linear(name + ".attention." + part, {dim, dim});
  }
  void feed_forward(const std::string& name, std::size_t dim, std::size_t hidden) {
    linear(name + ".ffn.up", {hidden, dim});
    linear(name + ".ffn.down", {dim, hidden});
  }
  // An attention layer and its norm, a feed-forward and its norm.
  void transformer(const std::string& name, std::size_t dim, std::size_t hidden) {
    attention(name, dim);
    norm(name + ".norm1", dim);
    feed_forward(name, dim, hidden);
    norm(name + ".norm2", dim);
  }

private:
  ModelFile& file_;
  std::string dtype_;
  std::mt19937 random_;
};

}  // namespace attnviz::test
