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

struct Range {
  char32_t first, last;
};

template <std::size_t count>
bool is_in(const std::array<Range, count>& ranges, char32_t character) {
  return std::ranges::any_of(ranges,
                             [&](const Range& range) { return character >= range.first && character <= range.last; });
}

// Unicode's Default_Ignorable_Code_Point: joiners, variation selectors, marks of direction.
bool is_invisible(char32_t character) {
  static constexpr std::array<Range, 17> kRanges{{{0x00AD, 0x00AD},
                                                  {0x034F, 0x034F},
                                                  {0x061C, 0x061C},
                                                  {0x115F, 0x1160},
                                                  {0x17B4, 0x17B5},
                                                  {0x180B, 0x180F},
                                                  {0x200B, 0x200F},
                                                  {0x202A, 0x202E},
                                                  {0x2060, 0x206F},
                                                  {0x3164, 0x3164},
                                                  {0xFE00, 0xFE0F},
                                                  {0xFEFF, 0xFEFF},
                                                  {0xFFA0, 0xFFA0},
                                                  {0xFFF0, 0xFFF8},
                                                  {0x1BCA0, 0x1BCA3},
                                                  {0x1D173, 0x1D17A},
                                                  {0xE0000, 0xE0FFF}}};
  return is_in(kRanges, character);
}

}  // namespace

std::u32string decode_label(const std::string& text) {
  std::u32string characters;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t character = next_character(text, at);
    if (is_invisible(character)) continue;
    const bool is_control = character < 0x20 || (character >= 0x7F && character < 0xA0);
    characters.push_back(is_control ? U' ' : character);
  }
  return characters;
}

std::string encode_label(const std::u32string& characters) {
  std::string text;
  for (const char32_t character : characters) {
    if (character < 0x80) {
      text += static_cast<char>(character);
      continue;
    }
    const int followers = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    text += static_cast<char>((0xFF00U >> (followers + 1) & 0xFFU) | character >> (6 * followers));
    for (int i = followers - 1; i >= 0; --i) text += static_cast<char>(0x80U | (character >> (6 * i) & 0x3FU));
  }
  return text;
}

bool is_cjk(char32_t character) {
  static constexpr std::array<Range, 6> kRanges{
      {{0x1100, 0x11FF}, {0x2E80, 0xA4CF}, {0xAC00, 0xD7FF}, {0xF900, 0xFAFF}, {0xFE30, 0xFFEF}, {0x20000, 0x3FFFF}}};
  return is_in(kRanges, character);
}

bool is_right_to_left(char32_t character) {
  static constexpr std::array<Range, 5> kRanges{
      {{0x0590, 0x08FF}, {0xFB1D, 0xFDFF}, {0xFE70, 0xFEFC}, {0x10800, 0x10FFF}, {0x1E800, 0x1EFFF}}};
  return is_in(kRanges, character);
}

}  // namespace attnviz::render
