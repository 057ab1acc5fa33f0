// The outcome of `attnviz eval`: of one model, schema "attnviz.eval/1" and a table of its kinds of words; of several,
// schema "attnviz.eval-table/1" and a line a model.
#pragma once

#include <string>
#include <vector>

#include "attnviz/core/evaluation.hpp"
#include "attnviz/report/terminal.hpp"

namespace attnviz::report {

std::string to_json(const EvalSummary& summary);
std::string to_text(const EvalSummary& summary, Language language);

std::string to_json(const std::vector<EvalSummary>& models);
std::string to_text(const std::vector<EvalSummary>& models, Language language);

}  // namespace attnviz::report
