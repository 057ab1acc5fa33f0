// BERT's WordPiece (Chinese-CLIP, BLIP, ViLT): clean text, Chinese characters and punctuation apart, accents and case
// dropped where the model says so, then the longest known piece again and again.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "text/tokenizers/vocabulary_tokenizer.hpp"

namespace attnviz::text {

struct BertRules {
  bool clean_text = true;
  bool chinese_apart = true;
  bool lower_case = true;
  std::optional<bool> strip_accents;  // as lower_case where not said
  std::string continuation = "##";
  std::size_t max_word_characters = 100;  // longer words are unknown
};

// `special.unknown` must be there.
std::unique_ptr<Tokenizer> make_bert_tokenizer(TokenTable vocabulary, SpecialTokens special, BertRules rules);

}  // namespace attnviz::text
