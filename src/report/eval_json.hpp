// The JSON of one model's evaluation, which a table of several holds again.
#pragma once

#include <string>

#include "attnviz/core/evaluation.hpp"
#include "report/json_writer.hpp"

namespace attnviz::report {

// Schema "attnviz.eval/1".
Json eval_json(const EvalSummary& summary);

// Two spaces a level; bytes that are no UTF-8 become U+FFFD.
std::string as_text(const Json& document);

}  // namespace attnviz::report
