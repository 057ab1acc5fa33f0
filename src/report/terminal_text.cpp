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

std::string harmless(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool is_c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;
    out += byte < 0x20 || byte == 0x7F || is_c1 ? '?' : text[i];
    if (is_c1) ++i;
  }
  return out;
}

std::string left_aligned(const std::string& text, std::size_t columns) { return text + fill(text, columns); }

std::string right_aligned(const std::string& text, std::size_t columns) { return fill(text, columns) + text; }

}  // namespace attnviz::report
