// The shipped models, and loading by name or path.
#include <filesystem>
#include <string>

#include "attnviz/core/error.hpp"
#include "attnviz/model/model.hpp"
#include "model/grounding_model.hpp"
#include "model/safetensors.hpp"

extern "C" {
extern const std::byte attnviz_embedded_model_begin[];
extern const std::byte attnviz_embedded_model_end[];
}

namespace attnviz::model {

const std::vector<RegistryEntry>& registry() {
  static const std::vector<RegistryEntry> kModels{
      {"base", "the default model, inside the program: EfficientNet-Lite0 trunk, two cross-attention layers"}};
  return kModels;
}

std::unique_ptr<Model> load(const std::string& name_or_path) {
  if (name_or_path == registry().front().name) {
    const std::span<const std::byte> bytes(attnviz_embedded_model_begin, attnviz_embedded_model_end);
    return std::make_unique<GroundingModel>(SafeTensors::from_bytes(bytes, name_or_path));
  }
  std::error_code ignored;
  if (name_or_path.find('/') == std::string::npos && !std::filesystem::exists(name_or_path, ignored)) {
    throw Error(ErrorCode::model, name_or_path, "neither a shipped model nor a file",
                "'attnviz models' lists the shipped ones");
  }
  return std::make_unique<GroundingModel>(SafeTensors::open(name_or_path));
}

}  // namespace attnviz::model
