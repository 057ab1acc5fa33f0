// CLIP's tokenizer: lower case, byte-level byte-pair encoding inside words. Exact to CLIPTokenizerFast of the original
// library, but that the names of special tokens in a text are text, and for characters that Unicode has had for less
// time than our ICU. Used by CLIP and OWL-ViT.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "text/byte_pairs.hpp"
#include "text/table_tokenizer.hpp"

namespace attnviz::text {

constexpr std::string_view kEndOfWord = "</w>";  // the last piece of a word ends so

struct ClipVocabulary {
  TokenSet tokens;
  BytePairs merges;
  std::uint32_t begin = 0, end = 0;  // what every text begins and ends with
};

std::unique_ptr<Tokenizer> make_clip_tokenizer(ClipVocabulary vocabulary);

}  // namespace attnviz::text
