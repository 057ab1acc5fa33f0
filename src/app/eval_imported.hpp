// Scores attention that other programs computed: items that bring it along in a file.
#pragma once

#include "attnviz/app/options.hpp"
#include "attnviz/core/evaluation.hpp"

namespace attnviz::app {

// Whether the items bring their attention along. Error (input) where some do and others do not; Error (usage) for
// options that only one kind of data set takes.
bool is_imported(const EvalDataset& dataset, const EvalOptions& options);

// The words of an item are its instruction. There is no control, no "nothing here" and no target: a file has the words
// that were asked, no others. Items that cannot be used are named in `skipped`.
// Throws Error (usage) for a --layer or --head that a file has not.
EvalSummary score_imported(const EvalDataset& dataset, const EvalOptions& options);

}  // namespace attnviz::app
