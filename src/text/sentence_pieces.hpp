// SentencePiece's unigram model: the cut of a text into pieces whose scores add up to the most (Viterbi). The same
// floating-point steps as the original, so that ties fall as they do there. Kudo, Subword Regularization, 2018.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/character_map.hpp"
#include "text/token_table.hpp"
#include "text/traced.hpp"
#include "text/trie.hpp"

namespace attnviz::text {

enum class PieceType : std::uint8_t {
  normal = 1,
  unknown,
  control,
  user_defined,
  unused,
  byte
};  // as files number them

struct SentencePieceModel {
  TokenTable pieces;
  std::vector<float> scores;     // by id, finite
  std::vector<PieceType> types;  // by id
  std::uint32_t unknown = 0;
  CharacterMap respellings;
  bool merges_spaces = true, escapes_spaces = true, spells_unknown_in_bytes = false;
};

struct SentencePiece {
  std::string text;
  std::uint32_t id = 0;
  std::size_t byte_begin = 0, byte_end = 0;  // in the original
};

class SentencePieces {
public:
  explicit SentencePieces(SentencePieceModel model);

  const SentencePieceModel& model() const { return model_; }
  // Without a space in front of the text and without special tokens.
  std::vector<SentencePiece> encode(const TracedText& text) const;

private:
  struct Spelled;
  Spelled respell(const TracedText& text) const;
  std::vector<std::size_t> best_ends(std::string_view text) const;
  void append_unknown(SentencePiece piece, bool after_unknown, std::vector<SentencePiece>& out) const;

  SentencePieceModel model_;
  Trie trie_, user_defined_;
  float unknown_score_ = 0, highest_score_ = 0;
};

}  // namespace attnviz::text
