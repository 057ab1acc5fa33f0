// --formats html: report.html.
#pragma once

#include <string>

#include "attnviz/app/options.hpp"
#include "attnviz/app/pipeline.hpp"

namespace attnviz::app {

std::string make_page(const JobResult& job, const RunOptions& options);

}  // namespace attnviz::app
