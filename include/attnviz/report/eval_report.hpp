// The outcome of `attnviz eval`: schema "attnviz.eval/1" and the table.
#pragma once

#include <string>

#include "attnviz/core/evaluation.hpp"
#include "attnviz/report/terminal.hpp"

namespace attnviz::report {

std::string to_json(const EvalSummary& summary);
std::string to_text(const EvalSummary& summary, Language language);

}  // namespace attnviz::report
