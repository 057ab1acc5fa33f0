#include "render/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace attnviz::render {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// Length of the sequence that `lead` begins; 0: it begins none.
std::size_t sequence_length(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

// One character from `at`, which moves behind it.
char32_t next_character(const std::string& text, std::size_t& at) {
  const auto lead = static_cast<std::uint8_t>(text[at]);
  const std::size_t length = sequence_length(lead);
  if (length <= 1) {
    ++at;
    return length == 1 ? lead : kReplacement;
  }
  char32_t character = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint8_t byte = at + i < text.size() ? static_cast<std::uint8_t>(text[at + i]) : std::uint8_t{0};
    if ((byte & 0xC0) != 0x80) {
      at += i;
      return kReplacement;
    }
    character = character << 6 | (byte & 0x3FU);
  }
  at += length;
  return character;
}

}  // namespace

std::u32string decode_label(const std::string& text) {
  std::u32string characters;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t character = next_character(text, at);
    const bool is_control = character < 0x20 || (character >= 0x7F && character < 0xA0);
    characters.push_back(is_control ? U' ' : character);
  }
  return characters;
}

bool is_cjk(char32_t character) {
  struct Range {
    char32_t first, last;
  };
  static constexpr std::array<Range, 6> kRanges{
      {{0x1100, 0x11FF}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7FF}, {0xF900, 0xFAFF}, {0xFE30, 0xFFEF}, {0x20000, 0x3FFFF}}};
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [&](const Range& range) { return character >= range.first && character <= range.last; });
}

}  // namespace attnviz::render
