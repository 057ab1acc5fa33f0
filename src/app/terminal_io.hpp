// Standard output and standard error, with the checks that streams forget.
#pragma once

#include <optional>
#include <string>

namespace attnviz::app {

// One printable line of sensible length, whatever a path, an instruction or a file holds.
std::string one_line(const std::string& text);

// To standard output. Throws Error (output) where it cannot be written.
void print(const std::string& text);

// Of the terminal that standard output is; empty where it is none.
struct TerminalSize {
  int columns = 80, rows = 24;
};
std::optional<TerminalSize> terminal_size();

// To standard error.
void notice(const std::string& text);

}  // namespace attnviz::app
