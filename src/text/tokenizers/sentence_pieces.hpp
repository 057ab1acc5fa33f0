// The encoder of a SentencePiece model: normalisation, Unigram or byte pairs, bytes for what is unknown.
#pragma once

#include <array>
#include <vector>

#include "text/tokenizers/characters.hpp"
#include "text/tokenizers/sentencepiece_tokenizer.hpp"
#include "text/tokenizers/unigram.hpp"

namespace attnviz::text {

class SentencePieces {
public:
  // Borrows `vocabulary`: what was model.vocabulary.
  SentencePieces(SentencePieceModel model, const TokenTable& vocabulary);

  // Replaced characters, spaces as the model wants them.
  Characters normalised(const Characters& text) const;

  // Pieces of normalised text; what is unknown has the id of the unknown piece.
  std::vector<Piece> cut(std::string_view utf8) const;

private:
  std::vector<Piece> cut_by_pairs(std::string_view utf8) const;
  std::vector<Piece> spell_unknown(std::vector<Piece> pieces, std::string_view utf8) const;
  std::size_t user_defined_length(std::string_view utf8) const;
  Characters replaced(const Characters& text) const;
  bool is_found(std::uint32_t id) const;

  SentencePieceModel model_;
  const TokenTable& vocabulary_;
  Unigram unigram_;
  TokenTable user_defined_;
  std::array<std::uint32_t, 256> byte_ids_{};
  std::uint32_t unknown_id_ = 0;
};

}  // namespace attnviz::text
