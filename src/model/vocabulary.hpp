// A model's vocabulary, as "vocabulary" in the model file has it (training/FORMAT.md).
#pragma once

#include <cstddef>
#include <string>

#include "attnviz/core/vocabulary.hpp"

namespace attnviz::model {

constexpr std::size_t kMaxVocabulary = 1'000'000;

// `num_rows`: rows of the embedding table. Throws Error (model), where = `where`: not a list of entries, a row
// outside the table, of the unknown token or of another entry, an unknown kind, no text, an empty one or one that comes
// twice, too many texts.
Vocabulary parse_vocabulary(const std::string& json_text, std::size_t num_rows, const std::string& where);

}  // namespace attnviz::model
