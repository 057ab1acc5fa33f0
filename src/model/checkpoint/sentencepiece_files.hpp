// The tokenizers of SigLIP and SigLIP 2 in their folders.
#pragma once

#include <filesystem>
#include <memory>

#include "attnviz/text/tokenizer.hpp"
#include "model/checkpoint/tokenizer_settings.hpp"

namespace attnviz::model::checkpoint {

// spiece.model (SigLIP's own), tokenizer.json (Unigram, or BPE over characters as Gemma's), tokenizer.model (Gemma's
// own), the first that is there. Throws Error (model) as read_tokenizer does.
std::unique_ptr<text::Tokenizer> read_sentencepiece(const std::filesystem::path& folder,
                                                    const TokenizerSettings& settings);

}  // namespace attnviz::model::checkpoint
