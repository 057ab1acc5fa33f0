#include <string>

#include "app/terminal_io.hpp"
#include "attnviz/app/commands.hpp"
#include "attnviz/model/model.hpp"

namespace attnviz::app {
namespace {

std::string list_models() {
  std::string text;
  for (const model::RegistryEntry& entry : model::registry()) text += entry.name + "  " + entry.description + "\n";
  return text;
}

std::string describe(const model::Model& model) {
  const ModelFacts& facts = model.facts();
  const ViewChoice view = model.default_view();
  return "name       " + facts.name + "\nfusion     " + facts.fusion + "\nlayers     " +
         std::to_string(facts.num_layers) + "\nheads      " + std::to_string(facts.num_heads) + "\ndim        " +
         std::to_string(facts.model_dim) + "\npatch      " + std::to_string(facts.patch_px) + " px, budget " +
         std::to_string(model.default_patches()) + " patches\nview       layer " + view.layer + ", head " + view.head +
         "\nvocabulary " + std::to_string(model.vocabulary().entries.size()) + " surfaces\n";
}

}  // namespace

void run_models(const ModelsOptions& options) {
  switch (options.action) {
    case ModelsOptions::Action::list:
      print(list_models());
      break;
    case ModelsOptions::Action::info:
      print(describe(*model::load(options.name)));
      break;
    case ModelsOptions::Action::check:
      print(options.name + ": sound\n" + describe(*model::load(options.name)));
      break;
  }
}

}  // namespace attnviz::app
