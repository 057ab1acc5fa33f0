// What holds for every tokenizer and every text.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>

#include "attnviz/text/tokenizer.hpp"

namespace attnviz::test {

// Throws std::logic_error unless spans lie in the text, on whole characters, never go back, overlap only where tokens
// share one stretch, and ids lie in the vocabulary.
inline void check_encoding(const text::Tokenizer& tokenizer, std::string_view text) {
  const auto starts_character = [&](std::size_t at) {
    return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
  };
  const auto require = [](bool holds, const char* what) {
    if (!holds) throw std::logic_error(what);
  };
  std::size_t begin = 0, end = 0;
  for (const text::EncodedToken& token : tokenizer.encode(text)) {
    require(token.id < tokenizer.vocabulary_size(), "an id outside of the vocabulary");
    require(token.byte_begin <= token.byte_end && token.byte_end <= text.size(), "a span outside of the text");
    require(starts_character(token.byte_begin) && starts_character(token.byte_end), "a span that cuts a character");
    require(token.byte_begin >= begin && token.byte_end >= end, "a span that goes back");
    begin = token.byte_begin;
    end = token.byte_end;
  }
}

// The text of a token's span.
inline std::string part_of(std::string_view text, const text::EncodedToken& token) {
  return std::string(text.substr(token.byte_begin, token.byte_end - token.byte_begin));
}

// Whether every byte of `text` that is no space lies in some token's span.
inline bool covers(const text::Tokenizer& tokenizer, std::string_view text) {
  std::string rest(text);
  for (const text::EncodedToken& token : tokenizer.encode(text)) {
    std::fill(rest.begin() + static_cast<std::ptrdiff_t>(token.byte_begin),
              rest.begin() + static_cast<std::ptrdiff_t>(token.byte_end), ' ');
  }
  return rest.find_first_not_of(' ') == std::string::npos;
}

}  // namespace attnviz::test
