// SentencePiece models as their own library runs them, and what the tokenizers of SigLIP and Gemma do around it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "text/tokenizers/character_map.hpp"
#include "text/tokenizers/vocabulary_tokenizer.hpp"

namespace attnviz::text {

// A ".model" file, checked: one score and one kind for each id, one unknown piece, and with `byte_fallback` all 256
// pieces <0x00> to <0xFF>.
struct SentencePieceModel {
  enum class Kind : std::uint8_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

  TokenTable vocabulary;
  std::vector<float> scores;  // [vocabulary]
  std::vector<Kind> kinds;    // [vocabulary]
  bool is_bpe = false;        // else Unigram
  bool byte_fallback = false;
  CharacterMap replacements;
  bool add_dummy_prefix = true, remove_extra_whitespaces = true, escape_whitespaces = true;
};

// SigLIP: lower case (where `lower_case`) without ASCII punctuation, a "▁" before, "</s>" behind. `unknown_text`: how
// the model's settings spell the unknown token.
std::unique_ptr<Tokenizer> make_siglip_tokenizer(SentencePieceModel model, SpecialTokens special, bool lower_case,
                                                 std::string unknown_text);

// Gemma (SigLIP 2): the model alone, on lower case where `lower_case`.
std::unique_ptr<Tokenizer> make_gemma_tokenizer(SentencePieceModel model, SpecialTokens special, bool lower_case);

}  // namespace attnviz::text
