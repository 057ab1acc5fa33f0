// The tokenizer of a checkpoint folder.
#pragma once

#include <filesystem>
#include <memory>

#include "attnviz/text/tokenizer.hpp"

namespace attnviz::model::checkpoint {

enum class TokenizerKind { clip, word_piece, sentence_piece };

// Throws Error (model), where = the folder. Not built yet: every folder is refused.
std::unique_ptr<text::Tokenizer> read_tokenizer(const std::filesystem::path& folder, TokenizerKind kind);

}  // namespace attnviz::model::checkpoint
