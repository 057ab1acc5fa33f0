// What all models from checkpoint folders have in common: the folder, its tokenizer, the words of an instruction.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/model/model.hpp"
#include "attnviz/text/tokenizer.hpp"
#include "model/checkpoint/folder.hpp"
#include "model/checkpoint/text_tower.hpp"

namespace attnviz::model::checkpoint {

class CheckpointModel : public Model {
public:
  const ModelFacts& facts() const override { return facts_; }
  const Vocabulary& vocabulary() const override { return no_vocabulary_; }
  PatchRange patch_range() const override;
  Honesty honesty() const override { return {}; }
  bool shares_encoders(const Model& other) const override { return this == &other; }
  // Words are those of text::segment; each owns the tokens of the whole instruction that its bytes meet.
  Instruction read(const std::string& text, const std::optional<std::string>& words) const override;

protected:
  // `tokenizer`: null where the weights are only to be checked.
  CheckpointModel(const Folder& folder, std::shared_ptr<const text::Tokenizer> tokenizer, ModelFacts facts);

  const Folder& folder() const { return folder_; }
  TokenIds tokenize(std::string_view text) const;
  // At most so many tokens: special ones in front, then the end of the text.
  TokenIds tokenize_end(std::string_view text, std::size_t most) const;
  // Of each word, which tokens of the whole instruction are its own: indices into `tokenize(instruction.text)`.
  std::vector<std::vector<std::size_t>> tokens_of_words(const Instruction& instruction) const;

private:
  Folder folder_;
  std::shared_ptr<const text::Tokenizer> tokenizer_;
  ModelFacts facts_;
  Vocabulary no_vocabulary_;
};

// Attention of tokens [num_heads * num_tokens, num_keys] of one layer becomes maps of words: the mean over a word's
// tokens, keys [first_patch, first_patch + num_patches) alone, divided by their sum, so that a row sums to 1. What goes
// to other keys (class token, words) is left out. `maps` has the same heads.
void keep_words(const Matrix& weights, std::size_t num_tokens, std::size_t first_patch,
                const std::vector<std::vector<std::size_t>>& tokens_of_words, std::size_t layer, AttentionMaps& maps);

}  // namespace attnviz::model::checkpoint
