// --sheet: many small maps of one word or of one instruction.
#pragma once

#include <cstddef>
#include <vector>

#include "attnviz/app/options.hpp"
#include "attnviz/app/outputs.hpp"
#include "attnviz/app/pipeline.hpp"

namespace attnviz::app {

// The words that --word names by their text or number; all without it. Error (usage) where there is none.
std::vector<std::size_t> chosen_words(const Words& words, const std::optional<std::string>& choice);

// heads: a sheet a word, its layers by its heads. layers: one sheet, words by layers and by what combines them.
void add_sheets(const JobResult& job, const RunOptions& options, OutputSet& outputs);

}  // namespace attnviz::app
