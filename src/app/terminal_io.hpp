// Standard output and standard error, with the checks that streams forget.
#pragma once

#include <string>

namespace attnviz::app {

// One line of sensible length, whatever a path, an instruction or a file holds: control characters become '_'.
std::string one_line(std::string text);

// To standard output. Throws Error (output) where it cannot be written.
void print(const std::string& text);

// To standard error.
void notice(const std::string& text);

}  // namespace attnviz::app
