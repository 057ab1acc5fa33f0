// --sheet: many small maps of one word or of one instruction.
#pragma once

#include "attnviz/app/options.hpp"
#include "attnviz/app/outputs.hpp"
#include "attnviz/app/pipeline.hpp"
#include "attnviz/render/labels.hpp"

namespace attnviz::app {

// heads: a sheet a word, its layers by its heads. layers: one sheet, words by layers and by what combines them.
void add_sheets(const JobResult& job, const RunOptions& options, const render::Labels& labels, OutputSet& outputs);

}  // namespace attnviz::app
