// Standard output and standard error, with the checks that streams forget.
#pragma once

#include <string>

namespace attnviz::app {

// To standard output. Throws Error (output) where it cannot be written.
void print(const std::string& text);

// To standard error.
void notice(const std::string& text);

}  // namespace attnviz::app
