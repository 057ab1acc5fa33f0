// Loading by name or path, and what can be loaded by name.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/core/error.hpp"
#include "attnviz/model/model.hpp"
#include "model/grounding_model.hpp"
#include "model/model_files.hpp"

namespace attnviz::model {
namespace {

// Encoders with the same id are the same and held once.
class Loader {
public:
  std::unique_ptr<Model> load(const std::string& name_or_path) {
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

}  // namespace attnviz::model
