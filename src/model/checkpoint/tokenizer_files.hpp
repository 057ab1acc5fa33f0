// The tokenizer of a checkpoint folder in the Hugging Face form.
#pragma once

#include <filesystem>
#include <memory>

#include "attnviz/text/tokenizer.hpp"

namespace attnviz::model::checkpoint {

// What an architecture was trained with, and the files that hold it, the first that is there:
enum class TokenizerKind {
  clip,            // CLIP, OWL-ViT: tokenizer.json, or vocab.json with merges.txt
  word_piece,      // Chinese-CLIP, BLIP, ViLT: tokenizer.json, or vocab.txt
  sentence_piece,  // SigLIP, SigLIP 2: spiece.model, tokenizer.json, tokenizer.model
};

// tokenizer_config.json and special_tokens_map.json, where they are there, name the special tokens and say whether case
// and accents count; else the defaults of the original library hold.
// Throws Error (model) that names the file: none of the files, unreadable, too large, broken, of another kind than the
// architecture needs, special tokens that the vocabulary lacks, settings that are not supported.
std::unique_ptr<text::Tokenizer> read_tokenizer(const std::filesystem::path& folder, TokenizerKind kind);

}  // namespace attnviz::model::checkpoint
