// A model's vocabulary, as "vocabulary" in the model file has it (training/FORMAT.md).
#pragma once

#include <cstddef>
#include <string>

#include "attnviz/core/vocabulary.hpp"

namespace attnviz::model {

constexpr std::size_t kMaxVocabulary = 1'000'000;

// `num_rows`: rows of the embedding table. Throws Error (model), where = `where`: not a list of entries, too many,
// an entry without text, a row outside the table or of the unknown token, an unknown kind, a text that comes twice.
Vocabulary parse_vocabulary(const std::string& json_text, std::size_t num_rows, const std::string& where);

}  // namespace attnviz::model
