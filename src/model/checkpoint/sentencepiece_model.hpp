// SentencePiece's ".model" files, a protocol buffer (sentencepiece_model.proto). Read here rather than by the library
// of that name: it trusts the tables in the file and would bring two shared libraries for what the tokenizers of
// tokenizer.json need anyway.
#pragma once

#include <string_view>

#include "arrays/source.hpp"
#include "text/tokenizers/sentencepiece_tokenizer.hpp"

namespace attnviz::model::checkpoint {

// Throws Error of the source's code: no such buffer, a piece that is empty, comes twice, is too long or has no finite
// score, not one unknown piece, bytes missing, a model that is neither Unigram nor BPE, settings that are not
// supported.
text::SentencePieceModel parse_sentencepiece_model(std::string_view bytes, const arrays::Source& source);

}  // namespace attnviz::model::checkpoint
