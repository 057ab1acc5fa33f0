// BERT's tokenizer: words apart from punctuation, Chinese characters one by one, the longest pieces first (WordPiece).
// Exact to BertTokenizerFast of the original library, but that the names of special tokens in a text are text, and for
// lower case of letters that Unicode has had for less time than our ICU. Used by Chinese-CLIP, BLIP and ViLT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "text/table_tokenizer.hpp"

namespace attnviz::text {

struct BertRule {
  bool lower_case = true, strip_accents = true, chinese_apart = true;
  std::string continuation = "##";  // before pieces that do not begin a word
  std::size_t longest_word = 100;   // characters; a longer one is unknown
};

struct BertVocabulary {
  TokenSet tokens;                   // `unknown` is given
  std::uint32_t begin = 0, end = 0;  // what every text begins and ends with
  BertRule rule;
};

std::unique_ptr<Tokenizer> make_bert_tokenizer(BertVocabulary vocabulary);

}  // namespace attnviz::text
