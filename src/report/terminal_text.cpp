#include "report/terminal_text.hpp"

namespace attnviz::report {
namespace {

// The spaces that `text` lacks to fill `columns` of the screen.
std::string fill(const std::string& text, std::size_t columns) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) width += 1;
    if (byte >= 0xE0) width += 2;
  }
  return std::string(width < columns ? columns - width : 0, ' ');
}

}  // namespace

std::string left_aligned(const std::string& text, std::size_t columns) { return text + fill(text, columns); }

std::string right_aligned(const std::string& text, std::size_t columns) { return fill(text, columns) + text; }

}  // namespace attnviz::report
