// Text as characters that remember which bytes of the original they came from, and what tokenizers do to it first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz::text {

struct Character {
  char32_t code = 0;
  std::uint32_t begin = 0, end = 0;  // bytes of the original that it stands for; several may share them
};

using Characters = std::vector<Character>;

// `utf8` must be valid.
Characters characters_of(std::string_view utf8);

enum class NormalForm { nfc, nfd, nfkc, nfkd };
// What is composed, decomposed or reordered together has the span of all of it.
Characters normalised(const Characters& text, NormalForm form);

// Character by character, without regard to its neighbours (a final sigma is a sigma), as the original libraries do.
Characters lower_case(const Characters& text);

void append_utf8(std::string& out, char32_t code);

// The characters as UTF-8, where each begins, and which original bytes stand behind a part of it.
struct SpelledText {
  explicit SpelledText(const Characters& text);

  struct Span {
    std::size_t begin, end;
  };
  // Of the characters that the bytes [begin, end) of `utf8`, not empty, touch.
  Span original(std::size_t begin, std::size_t end) const;

  std::string utf8;
  std::vector<std::uint32_t> character_at;  // [utf8 bytes] index of the character that a byte belongs to
  const Characters& characters;             // borrowed
};

}  // namespace attnviz::text
