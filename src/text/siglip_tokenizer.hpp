// SigLIP's tokenizer: lower case, no ASCII punctuation, single spaces, then SentencePiece. Exact to SiglipTokenizer of
// the original library, but that the names of special tokens in a text are text. A space belongs to the token that
// begins with it; what stands for the space that the original puts in front of a text has an empty span.
#pragma once

#include <cstdint>
#include <memory>

#include "attnviz/text/tokenizer.hpp"
#include "text/sentence_pieces.hpp"

namespace attnviz::text {

struct SiglipVocabulary {
  SentencePieceModel model;
  std::uint32_t end = 0, padding = 0;
  bool lower_case = true;
};

std::unique_ptr<Tokenizer> make_siglip_tokenizer(SiglipVocabulary vocabulary);

}  // namespace attnviz::text
