#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "app/terminal_io.hpp"
#include "attnviz/app/commands.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/model/model.hpp"

namespace attnviz::app {
namespace {

std::string millions(std::size_t count) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f M", static_cast<double>(count) * 1e-6);
  return text;
}

std::string megabytes(std::size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) * 1e-6);
  return text;
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string about(const model::ModelListing& model) {
  if (!model.problem.empty()) return one_line("cannot be loaded: " + model.problem);
  const ModelFacts& facts = model.facts;
  return millions(facts.num_parameters) + " parameters, " + facts.fusion + ", " + counted(facts.num_layers, "layer") +
         ", " + counted(facts.num_heads, "head") +
         (model.path.empty() ? ", inside the program" : one_line(", " + model.path));
}

std::string list_models() {
  const std::vector<model::ModelListing> models = model::list_models();
  std::size_t width = 0;
  for (const model::ModelListing& model : models) width = std::max(width, model.name.size());
  std::string text;
  for (const model::ModelListing& model : models) {
    text += model.name + std::string(width - model.name.size() + 2, ' ') + about(model) + "\n";
  }
  return text;
}

std::string describe(const model::Model& model) {
  const ModelFacts& facts = model.facts();
  const ViewChoice view = model.default_view();
  const PatchRange range = model.patch_range();
  return "name       " + one_line(facts.name) + "\nfusion     " + facts.fusion + "\nlayers     " +
         std::to_string(facts.num_layers) + "\nheads      " + std::to_string(facts.num_heads) + "\ndim        " +
         std::to_string(facts.model_dim) + "\nparameters " + millions(facts.num_parameters) + "\nencoders   " +
         (facts.encoders.empty() ? "its own" : "of " + facts.encoders) + "\npatch      " +
         std::to_string(facts.patch_px) + " px, " + std::to_string(range.least) + " to " + std::to_string(range.most) +
         " patches an image\nview       layer " + view.layer + ", head " + view.head + "\nmemory     about " +
         megabytes(facts.num_parameters * sizeof(float)) + "\nvocabulary " +
         (model.vocabulary().entries.empty() ? "any text, by its tokenizer"
                                             : std::to_string(model.vocabulary().entries.size()) + " surfaces") +
         "\n";
}

std::string list_of(const std::string& title, const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text.append(title).append(one_line(item)).append("\n");
  return text;
}

// What is wrong goes to standard output, a line each; the error says how much it is.
void check_model(const std::string& name) {
  const model::ModelCheck found = model::check(name);
  const std::string facts = "kind       " + found.kind + "\nweights    " + megabytes(found.file_bytes) + " on disk\n" +
                            list_of("not used   ", found.unused);
  if (found.problems.empty()) {
    print(one_line(name) + ": sound\n" + facts + describe(*model::load(name)));
    return;
  }
  if (found.problems.size() == 1) model::load(name);  // says it in its own words
  print(facts + list_of("problem    ", found.problems));
  throw Error(ErrorCode::model, name, std::to_string(found.problems.size()) + " problems, listed above");
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
      check_model(options.name);
      break;
  }
}

}  // namespace attnviz::app
