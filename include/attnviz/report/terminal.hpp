// The terminal summary of a job, and the language that people are spoken to in.
#pragma once

#include <string>

#include "attnviz/core/report.hpp"

namespace attnviz::report {

enum class Language { en, zh };

struct TerminalStyle {
  Language language = Language::en;
  bool colour = false;  // ANSI colours
};

// One block a word (the contract's text), then the target; each line ends in '\n'.
std::string to_text(const Report& report, const TerminalStyle& style);

// A warning's sentence in the user's language, without a newline.
// `words`: those of the report that the warning is from.
std::string to_text(const Warning& warning, const Words& words, Language language);

// The table of --verbose: one line a stage, milliseconds.
std::string to_text(const StageTimes& timing, Language language);

}  // namespace attnviz::report
