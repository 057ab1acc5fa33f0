// Loading by name or path, and what can be loaded by name.
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/core/error.hpp"
#include "attnviz/model/model.hpp"
#include "model/checkpoint/folder.hpp"
#include "model/checkpoint/load.hpp"
#include "model/grounding_model.hpp"
#include "model/model_files.hpp"

namespace attnviz::model {
namespace {

// The folder that the name means; empty: it is no checkpoint's.
std::string checkpoint_of(const std::string& name_or_path) {
  return is_named_model(name_or_path) ? "" : checkpoint::find_folder(name_or_path);
}

// A hub name stays whole, a folder is called by its last part.
std::string name_of_folder(const std::string& name_or_path) {
  if (!checkpoint::is_folder(name_or_path)) return name_or_path;
  std::filesystem::path path = std::filesystem::absolute(name_or_path).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

// Encoders with the same id are the same and held once.
class Loader {
public:
  std::unique_ptr<Model> load(const std::string& name_or_path) {
    const std::string folder = checkpoint_of(name_or_path);
    if (!folder.empty()) return checkpoint::load(folder, name_of_folder(name_or_path));
    const arrays::SafeTensors file = open_model(name_or_path);
    ModelConfig config = read_config(file);
    const Weights weights(file);
    std::shared_ptr<const Encoders> encoders = encoders_of(config, file, weights);
    return std::make_unique<GroundingModel>(std::move(config), file, weights, std::move(encoders));
  }

private:
  std::shared_ptr<const Encoders> encoders_of(const ModelConfig& config, const arrays::SafeTensors& file,
                                              const Weights& weights) {
    const std::string& id = config.encoders ? config.encoders->id : config.id;
    if (id.empty()) return std::make_shared<const Encoders>(config, file, weights);
    std::shared_ptr<const Encoders>& known = by_id_[id];
    if (known) return known;
    if (!config.encoders) return known = std::make_shared<const Encoders>(config, file, weights);
    const arrays::SafeTensors theirs = open_encoders(*config.encoders, file);
    return known = std::make_shared<const Encoders>(read_config(theirs), theirs, Weights(theirs));
  }

  std::map<std::string, std::shared_ptr<const Encoders>> by_id_;
};

ModelFacts read_facts(const arrays::SafeTensors& file) {
  const ModelConfig config = read_config(file);
  if (!config.encoders) return facts_of(config, file, config, count_encoder_parameters(file));
  const arrays::SafeTensors theirs = open_encoders(*config.encoders, file);
  return facts_of(config, file, read_config(theirs), count_encoder_parameters(theirs));
}

}  // namespace

std::vector<ModelListing> list_models() {
  std::vector<ModelListing> models;
  for (const ModelFile& file : named_model_files()) {
    ModelListing listing{file.name, file.path, {}, ""};
    try {
      listing.facts = read_facts(file.open());
    } catch (const Error& error) {
      listing.problem = error.what();
    }
    models.push_back(std::move(listing));
  }
  return models;
}

std::unique_ptr<Model> load(const std::string& name_or_path) { return Loader().load(name_or_path); }

std::vector<std::unique_ptr<Model>> load_all(const std::vector<std::string>& names_or_paths) {
  Loader loader;
  std::vector<std::unique_ptr<Model>> models;
  models.reserve(names_or_paths.size());
  for (const std::string& name : names_or_paths) models.push_back(loader.load(name));
  return models;
}

ModelCheck check(const std::string& name_or_path) {
  const std::string folder = checkpoint_of(name_or_path);
  if (!folder.empty()) return checkpoint::check(folder);
  ModelCheck result{"attnviz model", {}, {}, 0};
  try {
    const arrays::SafeTensors file = open_model(name_or_path);
    for (const std::string& tensor : file.tensor_names()) result.file_bytes += file.find(tensor)->bytes.size();
    load(name_or_path);
  } catch (const Error& error) {
    result.problems.push_back(error.what());
  }
  return result;
}

}  // namespace attnviz::model
