// A text as characters that know which bytes of the original they stand for, through every change of spelling.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz::text {

struct TracedCharacter {
  char32_t character = 0;
  std::size_t byte_begin = 0, byte_end = 0;  // in the original
};
using TracedText = std::vector<TracedCharacter>;

TracedText trace(std::string_view utf8);  // `utf8` must be valid

// Unicode's canonical composition (NFC) and decomposition (NFD). What becomes of several characters at once, as of a
// letter and its accents, stands for the bytes of them all.
TracedText compose(const TracedText& text);
TracedText decompose(const TracedText& text);

// Each character by itself, whatever stands beside it.
TracedText lower_case(const TracedText& text);

void append_utf8(char32_t character, std::string& out);
std::string to_utf8(std::span<const TracedCharacter> text);

}  // namespace attnviz::text
