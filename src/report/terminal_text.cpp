#include "report/terminal_text.hpp"

namespace attnviz::report {
namespace {

// Columns that the character which begins with this byte takes; 0 inside of one. Two for all of three bytes and more:
// Chinese, fullwidth, emoji.
std::size_t columns_of(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x80 ? 1 : byte < 0xC0 ? 0 : byte < 0xE0 ? 1 : 2;
}

// The spaces that `text` lacks to fill `columns` of the screen.
std::string fill(const std::string& text, std::size_t columns) {
  const std::size_t width = width_of(text);
  return std::string(width < columns ? columns - width : 0, ' ');
}

}  // namespace

std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  for (const char c : text) width += columns_of(c);
  return width;
}

std::string cut_to(const std::string& text, std::size_t columns) {
  std::size_t width = 0, end = 0;
  while (end < text.size()) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    width += columns_of(text[end]);
    if (begins && width > columns) break;
    ++end;
  }
  return text.substr(0, end);
}

std::string left_aligned(const std::string& text, std::size_t columns) { return text + fill(text, columns); }

std::string right_aligned(const std::string& text, std::size_t columns) { return fill(text, columns) + text; }

}  // namespace attnviz::report
