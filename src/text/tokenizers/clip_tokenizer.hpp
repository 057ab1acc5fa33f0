// The byte-level BPE of CLIP and OWL-ViT: NFC, lower case, words by CLIP's own pattern, the bytes of each word as
// printable characters, joined by the merges, the last one ending in "</w>".
#pragma once

#include <memory>

#include "text/tokenizers/vocabulary_tokenizer.hpp"

namespace attnviz::text {

std::unique_ptr<Tokenizer> make_clip_tokenizer(TokenTable vocabulary, MergeTable merges, SpecialTokens special);

}  // namespace attnviz::text
