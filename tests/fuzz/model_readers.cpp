// Files of tensors, and the models in them.
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "arrays/safetensors.hpp"
#include "arrays/sharded_tensors.hpp"
#include "attnviz/model/model.hpp"
#include "fuzz/readers.hpp"
#include "fuzz/run_model.hpp"
#include "support/model_file.hpp"
#include "text/utf8.hpp"

namespace attnviz::test {
namespace {

// Every number of every tensor.
void read_numbers(const arrays::TensorSet& tensors) {
  for (const std::string& name : tensors.tensor_names()) {
    const arrays::TensorView& tensor = *tensors.find(name);
    if (tensor.dtype == arrays::Dtype::other) continue;
    std::vector<float> values(tensor.num_values());
    static_cast<void>(arrays::to_floats(tensor.bytes.data(), tensor.dtype, values));
    tensors.release(tensor);
  }
}

// One tensor of each type that is read, and one that is not.
ModelFile small_tensors() {
  ModelFile file;
  file.metadata = {{"format", "pt"}};
  file.tensors["bf16"] = {"BF16", {2, 2}, std::string(8, '\x3F')};
  file.tensors["f16"] = {"F16", {4}, std::string(8, '\x3C')};
  file.tensors["f32"] = {"F32", {1, 2}, std::string(8, '\x41')};
  file.tensors["f64"] = {"F64", {1}, std::string(8, '\x40')};
  file.tensors["none"] = {"U8", {0, 7}, ""};
  return file;
}

// The tiny model, with less of everything. `fusion`: laid over the config's.
ModelFile smallest_model(const std::string& fusion = "{}", std::size_t mixers = 0) {
  TinyModelOptions options;
  options.dim = 8;
  options.text_ffn = options.fusion_ffn = options.patch_ffn = 4;
  options.fusion_layers = 1;
  options.stem = 4;
  options.head = 8;
  options.blocks = {{3, 1, 1, 4}, {3, 2, 1, 4}, {3, 2, 1, 4}, {3, 2, 1, 4}, {3, 2, 1, 4}};
  options.mixers = mixers;
  options.fusion = nlohmann::json::parse(fusion);
  return with_id(tiny_model(options), "abc");
}

// One of each kind of fusion.
std::vector<std::string> model_seeds() {
  std::vector<std::string> seeds;
  for (const char* fusion :
       {R"({})", R"({"type": "co", "fused": "sum"})", R"({"type": "concat", "layers": null, "heads": null})",
        R"({"type": "perceiver", "latents": 4})", R"({"type": "gated", "latents": 4, "norm": "pre"})",
        R"({"type": "multi-view", "attention": {"kind": "top_k", "top_k": 2}})",
        R"({"type": "single-stream", "attention": {"kind": "linear"}})", R"({"pool": {"kind": "learned"}})"}) {
    seeds.push_back(smallest_model(fusion).bytes());
  }
  seeds.push_back(smallest_model("{}", 1).bytes());
  return seeds;
}

void load_and_run(const std::string& path) {
  model::check(path);
  run_model(*model::load(path));
}

std::string with_honesty(ModelFile whole) {
  whole.edit_config([](nlohmann::json& config) { config["honesty"] = {{"nothing", 0.5}, {"diffuse", 0.9}}; });
  return whole.metadata.at("config");
}

// The model with other metadata.
Form metadata_form(const TempDir& dir, const ModelFile& whole, const std::string& key, std::string seed) {
  return {"model's " + key, {std::move(seed)}, [&dir, whole, key](const std::string& text) {
            text::check_utf8(text, ErrorCode::model, "the header");  // JSON holds nothing else
            ModelFile file = whole;
            file.metadata[key] = text;
            write_bytes(dir / "metadata.safetensors", file.bytes());
            load_and_run(dir / "metadata.safetensors");
          }};
}

}  // namespace

Reader array_reader(const TempDir& dir) {
  const ModelFile small = small_tensors();
  const auto read_file = [](const std::string& path) { read_numbers(arrays::SafeTensors::open(path)); };
  const std::string index = dir / "model.safetensors.index.json";
  const std::string weight_map =
      R"({"weight_map": {"f16": "a.safetensors", "f32": "a.safetensors", "f64": "b.safetensors"}})";
  const auto read_shards = [index] { read_numbers(arrays::ShardedTensors(index)); };
  for (const char* shard : {"a.safetensors", "b.safetensors"}) write_bytes(dir / shard, small.bytes());
  return {"arrays",
          {{"safetensors", {small.bytes()}, from_file(dir, read_file)},
           {"header of safetensors",
            {small.header()},
            [&dir, small, read_file](const std::string& header) {
              write_bytes(dir / "header.safetensors", small.bytes(header));
              read_file(dir / "header.safetensors");
            }},
           {"index of shards",
            {weight_map, R"({"metadata": {"total_size": 8}, "weight_map": {"f16": "../a.safetensors"}})"},
            [index, read_shards](const std::string& bytes) {
              write_bytes(index, bytes);
              read_shards();
            }},
           {"shard", {small.bytes()}, [&dir, index, weight_map, read_shards](const std::string& bytes) {
              write_bytes(index, weight_map);
              write_bytes(dir / "b.safetensors", bytes);
              read_shards();
            }}}};
}

Reader model_reader(const TempDir& dir) {
  const ModelFile whole = smallest_model();
  const ModelFile user = without_encoders(whole, "fuzzed", "abc");
  write_bytes(dir / "enc.safetensors", whole.bytes());
  write_bytes(dir / "user.safetensors", user.bytes());
  return {"model",
          {{"model", model_seeds(), from_file(dir, load_and_run)},
           {"header of a model",
            {whole.header()},
            [&dir, whole](const std::string& header) {
              write_bytes(dir / "header.safetensors", whole.bytes(header));
              load_and_run(dir / "header.safetensors");
            }},
           metadata_form(dir, whole, "config", with_honesty(whole)),
           metadata_form(dir, whole, "vocabulary", whole.metadata.at("vocabulary")),
           {"model with another's encoders",
            {without_encoders(whole, "enc", "abc").bytes(), without_encoders(whole, "input", "abc").bytes()},
            from_file(dir, load_and_run)},
           {"encoders of a model", {whole.bytes()}, [&dir](const std::string& bytes) {
              write_bytes(dir / "fuzzed.safetensors", bytes);
              load_and_run(dir / "user.safetensors");
            }}}};
}

}  // namespace attnviz::test
