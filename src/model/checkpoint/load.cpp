#include "model/checkpoint/load.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <utility>

#include "attnviz/core/error.hpp"
#include "model/checkpoint/blip_model.hpp"
#include "model/checkpoint/dense_model.hpp"
#include "model/checkpoint/tokenizer_files.hpp"
#include "model/checkpoint/vilt_model.hpp"

namespace attnviz::model::checkpoint {
namespace {

TokenizerKind tokenizer_kind(Architecture architecture) {
  switch (architecture) {
    case Architecture::clip:
    case Architecture::owlvit:
      return TokenizerKind::clip;
    case Architecture::siglip:
      return TokenizerKind::sentence_piece;
    case Architecture::chinese_clip:
    case Architecture::blip:
    case Architecture::vilt:
      break;
  }
  return TokenizerKind::word_piece;
}

std::unique_ptr<Model> make_model(const Folder& folder, std::shared_ptr<const text::Tokenizer> tokenizer,
                                  const Weights& weights) {
  switch (folder.config.architecture) {
    case Architecture::blip:
      return std::make_unique<BlipModel>(folder, std::move(tokenizer), weights);
    case Architecture::vilt:
      return std::make_unique<ViltModel>(folder, std::move(tokenizer), weights);
    case Architecture::clip:
    case Architecture::chinese_clip:
    case Architecture::siglip:
    case Architecture::owlvit:
      break;
  }
  return std::make_unique<DenseModel>(folder, std::move(tokenizer), weights);
}

// A model may have room for more tokens than there are.
std::shared_ptr<const text::Tokenizer> read_tokenizer_of(const Folder& folder) {
  std::unique_ptr<text::Tokenizer> tokenizer = read_tokenizer(folder.path, tokenizer_kind(folder.config.architecture));
  if (tokenizer->vocabulary_size() > folder.config.text.vocabulary) {
    throw Error(ErrorCode::model, folder.path.string(),
                "its tokenizer has " + std::to_string(tokenizer->vocabulary_size()) + " tokens, its model " +
                    std::to_string(folder.config.text.vocabulary),
                "is it another model's tokenizer?");
  }
  return tokenizer;
}

// What the original model has beside what makes the maps: heads of other tasks, and tables of numbers that older
// versions of the library stored though they are no weights.
bool is_no_weight(const std::string& tensor) {
  constexpr std::array kBesides{"itm_head.",          "text_proj.",
                                "vision_proj.",       "box_head.",
                                "objectness_head.",   "mlm_score.",
                                "classifier.",        "rank_output.",
                                "logit_bias",         "vision_model.head.probe",
                                "vilt.layernorm.",    "layernorm.",
                                "vilt.pooler.",       "pooler.",
                                "owlvit.logit_scale", "owlvit.visual_projection."};
  return tensor.ends_with("position_ids") ||
         std::ranges::any_of(kBesides, [&](const char* name) { return tensor.starts_with(name); });
}

}  // namespace

std::string find_folder(const std::string& name_or_path) {
  if (is_folder(name_or_path)) return name_or_path;
  return find_in_hub_cache(name_or_path).value_or("").string();
}

std::unique_ptr<Model> load(const std::string& folder, const std::string& name) {
  const Folder opened = open_folder(folder, name);
  return make_model(opened, read_tokenizer_of(opened), Weights(*opened.tensors));
}

ModelCheck check(const std::string& folder) {
  ModelCheck result{"checkpoint folder", {}, {}, 0};
  try {
    const Folder opened = open_folder(folder, folder);
    result.kind = opened.config.type + " checkpoint";
    for (const std::string& tensor : opened.tensors->tensor_names()) {
      result.file_bytes += opened.tensors->find(tensor)->bytes.size();
    }
    std::shared_ptr<const text::Tokenizer> tokenizer;
    try {
      tokenizer = read_tokenizer_of(opened);
    } catch (const Error& error) {
      result.problems.push_back(error.what());
    }
    const Weights weights(*opened.tensors, &result.problems);
    make_model(opened, tokenizer, weights);
    result.unused = weights.unused();
    std::erase_if(result.unused, is_no_weight);
  } catch (const Error& error) {
    result.problems.push_back(error.what());
  }
  return result;
}

}  // namespace attnviz::model::checkpoint
