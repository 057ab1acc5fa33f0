// The tokens that a model's own processor puts before and after every text, and the one for what is unknown.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "attnviz/text/tokenizer.hpp"
#include "text/tokenizers/token_table.hpp"

namespace attnviz::text {

struct SpecialTokens {
  std::vector<std::uint32_t> before, after;
  std::optional<std::uint32_t> unknown, padding;
  TokenTable added;  // found in the text as it is given, before all else; their ids may lie outside of the vocabulary
};

// What all tokenizers have in common: a vocabulary, special and added tokens. `encode_text` does the rest.
class VocabularyTokenizer : public Tokenizer {
public:
  VocabularyTokenizer(TokenTable vocabulary, SpecialTokens special)
      : vocabulary_(std::move(vocabulary)), special_(std::move(special)) {}

  std::vector<EncodedToken> encode(std::string_view utf8) const final;
  std::size_t vocabulary_size() const final { return std::max(vocabulary_.size(), special_.added.size()); }
  std::optional<std::size_t> id_of(std::string_view token) const final;
  bool is_unknown(std::size_t id) const final { return special_.unknown == id; }
  std::optional<std::size_t> padding_id() const final { return special_.padding; }

protected:
  // Appends the tokens of the text alone, which is not empty; spans begin with it.
  virtual void encode_text(std::string_view utf8, std::vector<EncodedToken>& tokens) const = 0;

  void append(std::vector<EncodedToken>& tokens, std::uint32_t id, std::size_t begin, std::size_t end) const {
    tokens.push_back({id, std::string(vocabulary_.text(id)), begin, end});
  }
  const TokenTable& vocabulary() const { return vocabulary_; }
  std::optional<std::uint32_t> unknown() const { return special_.unknown; }

private:
  void encode_part(std::string_view utf8, std::size_t begin, std::size_t end, std::vector<EncodedToken>& tokens) const;

  TokenTable vocabulary_;
  SpecialTokens special_;
};

}  // namespace attnviz::text
