#include "model/checkpoint/folder.hpp"

#include <array>
#include <system_error>
#include <utility>

#include "arrays/limited_json.hpp"
#include "arrays/safetensors.hpp"
#include "arrays/sharded_tensors.hpp"
#include "attnviz/core/error.hpp"
#include "model/checkpoint/text_file.hpp"

namespace attnviz::model::checkpoint {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxJsonBytes = 1u << 20;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

json read_json(const fs::path& path) {
  const TextFile file(path, kMaxJsonBytes);
  return arrays::parse_json(file.text(), file.source(), "it");
}

// Since version 5 of the original library it is a part of another file.
image::PixelRule read_pixel_rule(const fs::path& folder, Architecture architecture) {
  const fs::path own = folder / "preprocessor_config.json", shared = folder / "processor_config.json";
  if (is_file(own)) return parse_pixel_rule(read_json(own), own.string(), architecture);
  const json processor = is_file(shared) ? read_json(shared) : json();
  if (processor.is_object() && processor.contains("image_processor")) {
    return parse_pixel_rule(processor["image_processor"], shared.string(), architecture);
  }
  throw Error(
      ErrorCode::model, folder.string(), "has no preprocessor_config.json",
      "save the model's processor into the folder, too: AutoProcessor.from_pretrained(NAME).save_pretrained(DIR)");
}

// The original library's class that has all that is needed; its AutoModel would leave some of it out.
std::string class_of(Architecture architecture) {
  switch (architecture) {
    case Architecture::clip:
      return "CLIPModel";
    case Architecture::chinese_clip:
      return "ChineseCLIPModel";
    case Architecture::siglip:
      return "SiglipModel";
    case Architecture::owlvit:
      return "OwlViTForObjectDetection";
    case Architecture::blip:
      return "BlipForImageTextRetrieval";
    case Architecture::vilt:
      break;
  }
  return "ViltModel";
}

std::shared_ptr<const arrays::TensorSet> open_tensors(const fs::path& folder, Architecture architecture) {
  const fs::path whole = folder / "model.safetensors", index = folder / "model.safetensors.index.json";
  if (is_file(whole)) return std::make_shared<arrays::SafeTensors>(arrays::SafeTensors::open(whole.string()));
  if (is_file(index)) return std::make_shared<arrays::ShardedTensors>(index);
  for (const char* other : {"pytorch_model.bin", "pytorch_model.bin.index.json", "tf_model.h5", "flax_model.msgpack"}) {
    if (is_file(folder / other)) {
      throw Error(
          ErrorCode::model, folder.string(), std::string("has its weights in ") + other + ", not in safetensors",
          "convert it in Python: " + class_of(architecture) +
              ".from_pretrained(OLD).save_pretrained(NEW), AutoProcessor.from_pretrained(OLD).save_pretrained(NEW)");
    }
  }
  throw Error(ErrorCode::model, folder.string(), "has no model.safetensors",
              "a checkpoint folder holds config.json, model.safetensors, tokenizer and preprocessor_config.json");
}

}  // namespace

bool is_folder(const std::string& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

Folder open_folder(const fs::path& path, const std::string& name) {
  const fs::path config = path / "config.json";
  if (!is_file(config)) {
    throw Error(ErrorCode::model, path.string(), "has no config.json", "is it a checkpoint folder?");
  }
  CheckpointConfig parsed = parse_checkpoint_config(read_json(config), config.string());
  const Architecture architecture = parsed.architecture;
  return {path, name, std::move(parsed), read_pixel_rule(path, architecture), open_tensors(path, architecture)};
}

}  // namespace attnviz::model::checkpoint
