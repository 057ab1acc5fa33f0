#include "app/terminal_io.hpp"

#include <cstdio>

#include "attnviz/core/error.hpp"

namespace attnviz::app {

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Error(ErrorCode::output, "standard output", "cannot be written");
  }
}

void notice(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace attnviz::app
