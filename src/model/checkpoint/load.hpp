// Models from checkpoint folders, and what is wrong with one.
#pragma once

#include <memory>
#include <string>

#include "attnviz/model/model.hpp"

namespace attnviz::model::checkpoint {

// The folder that `name_or_path` means: itself, or a hub name's in the local cache. Empty: neither.
std::string find_folder(const std::string& name_or_path);

// `name`: what the model is called in reports. Throws Error (model): see Folder; tensors that are missing or of another
// shape, NaN or infinite weights; a tokenizer that is missing, broken or another model's.
std::unique_ptr<Model> load(const std::string& folder, const std::string& name);

ModelCheck check(const std::string& folder);

}  // namespace attnviz::model::checkpoint
