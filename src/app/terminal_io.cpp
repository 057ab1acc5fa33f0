#include "app/terminal_io.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

#include "attnviz/core/error.hpp"
#include "attnviz/core/printable.hpp"

namespace attnviz::app {
namespace {

constexpr std::size_t kMaxLineBytes = 2000;  // names in a hostile file may be megabytes long

}  // namespace

std::string one_line(const std::string& text) {
  if (text.size() <= kMaxLineBytes) return printable(text);
  std::size_t end = kMaxLineBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
  return printable(text.substr(0, end)) + "...";
}

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Error(ErrorCode::output, "standard output", "cannot be written");
  }
}

std::optional<TerminalSize> terminal_size() {
  if (::isatty(STDOUT_FILENO) != 1) return std::nullopt;
  TerminalSize size;
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 && window.ws_row > 0) {
    size = {window.ws_col, window.ws_row};
  }
  return size;
}

void notice(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace attnviz::app
