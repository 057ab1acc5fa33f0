// Code points of labels. Text reaches this room checked; what is broken all the same becomes U+FFFD, line breaks and
// other control characters become blanks. What Unicode means to be seen by nobody (joiners, variation selectors, marks
// of direction) is left out, since fonts draw boxes for it.
#pragma once

#include <string>

namespace attnviz::render {

std::u32string decode_label(const std::string& text);
std::string encode_label(const std::u32string& characters);

// True for Han, kana, hangul and their punctuation: what Latin fonts do not hold.
bool is_cjk(char32_t character);

// True for Hebrew, Arabic and their like. This room sets one character after the other from left to right.
bool is_right_to_left(char32_t character);

}  // namespace attnviz::render
