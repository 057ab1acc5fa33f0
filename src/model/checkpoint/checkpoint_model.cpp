#include "model/checkpoint/checkpoint_model.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "attnviz/image/patchify.hpp"
#include "attnviz/text/segment.hpp"

namespace attnviz::model::checkpoint {
namespace {

bool is_of(const text::EncodedToken& token, const Word& word) {
  return token.byte_end > word.byte_begin && token.byte_begin < word.byte_end;
}

}  // namespace

CheckpointModel::CheckpointModel(const Folder& folder, std::shared_ptr<const text::Tokenizer> tokenizer,
                                 ModelFacts facts)
    : folder_(folder), tokenizer_(std::move(tokenizer)), facts_(std::move(facts)) {
  facts_.name = folder_.name;
  facts_.patch_px = folder_.config.vision.patch_px;
  for (const std::string& name : folder_.tensors->tensor_names()) {
    facts_.num_parameters += folder_.tensors->find(name)->num_values();
  }
}

PatchRange CheckpointModel::patch_range() const {
  const int side = folder_.config.vision.side();
  return {image::kMinPatches, side * side};
}

TokenIds CheckpointModel::tokenize(std::string_view text) const {
  TokenIds ids;
  for (const text::EncodedToken& token : tokenizer_->encode(text)) ids.push_back(token.id);
  return ids;
}

TokenIds CheckpointModel::tokenize_end(std::string_view text, std::size_t most) const {
  const std::vector<text::EncodedToken> tokens = tokenizer_->encode(text);
  const auto first =
      std::ranges::find_if(tokens, [](const text::EncodedToken& token) { return token.stands_for_text(); });
  const auto lead = static_cast<std::size_t>(first - tokens.begin());
  const std::size_t dropped = tokens.size() > most ? tokens.size() - most : 0;
  TokenIds ids;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i < lead || i >= lead + dropped) ids.push_back(tokens[i].id);
  }
  return ids;
}

Instruction CheckpointModel::read(const std::string& text, const std::optional<std::string>& words) const {
  Instruction instruction{text,
                          words ? text::segment_as(text, *words, no_vocabulary_) : text::segment(text, no_vocabulary_)};
  const std::vector<text::EncodedToken> tokens = tokenizer_->encode(text);
  for (Word& word : instruction.words) {
    word.tokens.clear();
    word.known = false;
    for (const text::EncodedToken& token : tokens) {
      if (!is_of(token, word)) continue;
      word.known = (word.known || word.tokens.empty()) && !tokenizer_->is_unknown(token.id);
      word.tokens.push_back({token.text, token.id});
    }
  }
  return instruction;
}

std::vector<std::vector<std::size_t>> CheckpointModel::tokens_of_words(const Instruction& instruction) const {
  const std::vector<text::EncodedToken> tokens = tokenizer_->encode(instruction.text);
  std::vector<std::vector<std::size_t>> own(instruction.words.size());
  for (std::size_t w = 0; w < own.size(); ++w) {
    const Word& word = instruction.words[w];
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      if (is_of(tokens[t], word)) own[w].push_back(t);
    }
  }
  return own;
}

void keep_words(const Matrix& weights, std::size_t num_tokens, std::size_t first_patch,
                const std::vector<std::vector<std::size_t>>& tokens_of_words, std::size_t layer, AttentionMaps& maps) {
  for (std::size_t head = 0; head < maps.num_heads; ++head) {
    for (std::size_t word = 0; word < maps.num_words; ++word) {
      const std::span<float> row = maps.row(layer, head, word);
      for (const std::size_t token : tokens_of_words[word]) {
        const std::span<const float> from = weights.row(head * num_tokens + token).subspan(first_patch, row.size());
        for (std::size_t p = 0; p < row.size(); ++p) row[p] += from[p];
      }
      const double sum = std::accumulate(row.begin(), row.end(), 0.0);
      for (float& weight : row) {
        weight = sum > 0 ? static_cast<float>(weight / sum) : 1.0F / static_cast<float>(row.size());
      }
    }
  }
}

}  // namespace attnviz::model::checkpoint
