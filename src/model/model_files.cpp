#include "model/model_files.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "attnviz/core/error.hpp"
#include "model/checkpoint/folder.hpp"
#include "model/grounding_model.hpp"

extern "C" {
extern const std::byte attnviz_embedded_model_begin[];
extern const std::byte attnviz_embedded_model_end[];
}

namespace attnviz::model {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEmbeddedName = "base";
constexpr const char* kExtension = ".safetensors";

// Relative to the program, so that an installed tree can be moved.
std::vector<fs::path> model_folders() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const fs::path folder = program.parent_path();
  return {folder / "models", (folder / ATTNVIZ_MODELS_FROM_PROGRAM).lexically_normal()};
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// In the order of their places.
std::vector<ModelFile> files_named(const std::string& name) {
  std::vector<ModelFile> found;
  if (name == kEmbeddedName) found.push_back({name, ""});
  if (name.empty() || name.find('/') != std::string::npos) return found;
  for (const fs::path& folder : model_folders()) {
    const fs::path path = folder / (name + kExtension);
    if (is_file(path)) found.push_back({name, path.string()});
  }
  return found;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    const std::string name = path.stem().string();
    const bool is_plain = std::ranges::none_of(name, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    if (path.extension() == kExtension && is_plain && is_file(path)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

arrays::SafeTensors ModelFile::open() const {
  if (!path.empty()) return arrays::SafeTensors::open(path);
  return arrays::SafeTensors::from_bytes({attnviz_embedded_model_begin, attnviz_embedded_model_end}, name);
}

std::vector<ModelFile> named_model_files() {
  std::vector<ModelFile> files{{kEmbeddedName, ""}};
  for (const fs::path& folder : model_folders()) {
    for (const std::string& name : names_in(folder)) {
      if (std::ranges::find(files, name, &ModelFile::name) == files.end()) {
        files.push_back({name, (folder / (name + kExtension)).string()});
      }
    }
  }
  return files;
}

bool is_named_model(const std::string& name) { return !files_named(name).empty(); }

arrays::SafeTensors open_model(const std::string& name_or_path) {
  const std::vector<ModelFile> named = files_named(name_or_path);
  if (!named.empty()) return named.front().open();
  std::error_code ignored;
  const bool has_owner = checkpoint::is_hub_name(name_or_path) && name_or_path.find('/') != std::string::npos &&
                         !name_or_path.ends_with(kExtension);
  const bool is_name = has_owner || name_or_path.find('/') == std::string::npos;
  if (is_name && !fs::exists(name_or_path, ignored)) {
    throw Error(
        ErrorCode::model, name_or_path,
        "neither a model's name, nor a file or folder, nor in the hub cache " + checkpoint::hub_cache().string(),
        has_owner ? "fetch it: hf download " + name_or_path : "'attnviz models' lists the models");
  }
  return arrays::SafeTensors::open(name_or_path);
}

arrays::SafeTensors open_encoders(const SharedEncoders& wanted, const arrays::SafeTensors& user) {
  std::vector<ModelFile> places = files_named(wanted.model);
  const fs::path beside = fs::path(user.name()).parent_path() / (wanted.model + kExtension);
  if (is_file(beside)) places.push_back({wanted.model, beside.string()});
  std::string other;
  for (const ModelFile& place : places) {
    arrays::SafeTensors file = place.open();
    const ModelConfig config = read_config(file);
    if (config.encoders) {
      throw Error(ErrorCode::model, user.name(),
                  "takes its encoders from " + file.name() + ", which has none of its own",
                  "'encoders' must name a whole model");
    }
    if (config.id == wanted.id) return file;
    other = file.name() + " has " + (config.id.empty() ? "none" : "'" + config.id + "'");
  }
  const std::string what = "needs the encoders of model '" + wanted.model + "', id '" + wanted.id + "'";
  if (other.empty()) {
    throw Error(ErrorCode::model, user.name(), what + ", which is not there",
                "put " + wanted.model + kExtension + " beside it");
  }
  throw Error(ErrorCode::model, user.name(), what + "; " + other,
              "use the '" + wanted.model + "' that it was trained with");
}

}  // namespace attnviz::model
