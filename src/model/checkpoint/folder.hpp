// A checkpoint folder in the Hugging Face form: what lies in it, and where folders of hub names are kept.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "arrays/tensor_set.hpp"
#include "attnviz/image/resample.hpp"
#include "model/checkpoint/config.hpp"

namespace attnviz::model::checkpoint {

struct Folder {
  std::filesystem::path path;
  std::string name;  // as the user called it: a hub name or the folder's own
  CheckpointConfig config;
  image::PixelRule pixels;
  std::shared_ptr<const arrays::TensorSet> tensors;  // memory-mapped
};

// Whether a path looks like a checkpoint folder: a directory.
bool is_folder(const std::string& path);

// Where the local hub cache keeps `name` ("openai/clip-vit-base-patch16"), the revision of `main`
// or else the newest, one with safetensors before others:
// HF_HUB_CACHE, HF_HOME/hub, XDG_CACHE_HOME/huggingface/hub or ~/.cache/huggingface/hub. Empty: it is not there.
std::optional<std::filesystem::path> find_in_hub_cache(const std::string& name);
std::filesystem::path hub_cache();
// Whether it is spelled like the name of a repository: "owner/name".
bool is_hub_name(const std::string& name);

// Throws Error (model): files that are missing, unreadable, broken; an architecture that is not supported; weights in
// another form than safetensors (the message says how to convert them).
Folder open_folder(const std::filesystem::path& path, const std::string& name);

}  // namespace attnviz::model::checkpoint
