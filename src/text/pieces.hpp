// What ICU makes of an instruction before the vocabulary has a say.
#pragma once

#include <cstddef>
#include <vector>

#include "text/normalised.hpp"

namespace attnviz::text {

struct TextPiece {
  std::size_t begin = 0, end = 0;  // indices of cuts, end exclusive
  bool is_word = false;            // false: space, punctuation, a symbol that is no emoji
  bool is_divisible = false;       // written without spaces (Han, kana): vocabulary keys may begin and end inside it
};

// The text cut at ICU's word boundaries (root locale; Chinese and Japanese by dictionary), without gaps. A boundary
// that is no cut is passed over: its two sides are one piece.
std::vector<TextPiece> find_pieces(const NormalisedText& text);

}  // namespace attnviz::text
