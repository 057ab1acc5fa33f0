// Tokenizers that a tokenizer.json describes step by step, for SentencePiece's two models: Unigram (SigLIP) and byte
// pairs over characters (Gemma, SigLIP 2).
#pragma once

#include <memory>
#include <vector>

#include "text/tokenizers/text_steps.hpp"
#include "text/tokenizers/unigram.hpp"
#include "text/tokenizers/vocabulary_tokenizer.hpp"

namespace attnviz::text {

struct TextSteps {
  std::vector<TextStep> change;
  std::vector<WordStep> cut;
};

// For what the vocabulary lacks: with `byte_fallback` its bytes <0x00> to <0xFF> where they are tokens, else
// `special.unknown`, which must be there.
std::unique_ptr<Tokenizer> make_unigram_tokenizer(TokenTable vocabulary, SpecialTokens special, TextSteps steps,
                                                  Unigram model, bool byte_fallback);
// `fuse_unknown`: neighbours that are unknown become one token.
std::unique_ptr<Tokenizer> make_pair_tokenizer(TokenTable vocabulary, SpecialTokens special, TextSteps steps,
                                               MergeTable merges, bool byte_fallback, bool fuse_unknown);

}  // namespace attnviz::text
