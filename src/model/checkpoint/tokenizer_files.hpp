// stub, replaced by the tokenizers branch
#pragma once
#include <filesystem>
#include <memory>

#include "attnviz/text/tokenizer.hpp"

namespace attnviz::model::checkpoint {
enum class TokenizerKind { clip, word_piece, sentence_piece };
std::unique_ptr<text::Tokenizer> read_tokenizer(const std::filesystem::path& folder, TokenizerKind kind);
}  // namespace attnviz::model::checkpoint
