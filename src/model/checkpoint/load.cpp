#include "model/checkpoint/load.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

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

std::shared_ptr<const text::Tokenizer> read_tokenizer_of(const Folder& folder) {
  return read_tokenizer(folder.path, tokenizer_kind(folder.config.architecture));
}

// Tables of numbers that older versions of the original library stored though they are no weights.
bool is_bookkeeping(const std::string& tensor) { return tensor.ends_with("position_ids"); }

}  // namespace

std::string find_folder(const std::string& name_or_path) {
  if (is_folder(name_or_path)) return name_or_path;
  return find_in_hub_cache(name_or_path).value_or("").string();
}

std::unique_ptr<Model> load(const std::string& folder, const std::string& name) {
  const Folder opened = open_folder(folder, name);
  return make_model(opened, read_tokenizer_of(opened), Weights(*opened.tensors));
}

Findings check(const std::string& folder) {
  Findings findings;
  const Folder opened = open_folder(folder, folder);
  const Weights weights(*opened.tensors, &findings.problems);
  make_model(opened, read_tokenizer_of(opened), weights);
  findings.unused = weights.unused();
  std::erase_if(findings.unused, is_bookkeeping);
  return findings;
}

}  // namespace attnviz::model::checkpoint
