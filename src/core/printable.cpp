#include "attnviz/core/printable.hpp"

#include <cstddef>

namespace attnviz {

std::string printable(const std::string& text, char substitute) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool is_c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;
    out += byte < 0x20 || byte == 0x7F || is_c1 ? substitute : text[i];
    if (is_c1) ++i;
  }
  return out;
}

}  // namespace attnviz
