// --preview: the maps in the terminal.
#pragma once

#include "attnviz/app/options.hpp"
#include "attnviz/app/pipeline.hpp"

namespace attnviz::app {

// Where standard output is no terminal with colours, a notice says that there is none.
void print_preview(const RunOptions& options, const JobResult& job);

}  // namespace attnviz::app
