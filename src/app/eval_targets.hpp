// Where the targets of a data set are: regions in the image, words in the instruction.
#pragma once

#include <cstddef>
#include <optional>

#include "attnviz/analysis/metrics.hpp"
#include "attnviz/core/evaluation.hpp"
#include "attnviz/core/words.hpp"

namespace attnviz::app {

// Throws Error (input) for a mask that cannot be read or is not of the image's size.
analysis::Region load_region(const RegionSource& source, const PatchGrid& grid);

// The byte at which the target begins in the instruction: the n-th occurrence for the n-th target of that word,
// occurrences that are whole words of the segmentation first ("can" in "the candle beside the can"). Empty: it does not
// occur.
std::optional<std::size_t> find_word(const EvalItem& item, std::size_t target_index, const Words& words);

}  // namespace attnviz::app
