// Code points of labels. Text reaches this room checked; what is broken all the same becomes U+FFFD, line breaks and
// other control characters become blanks.
#pragma once

#include <string>
#include <vector>

namespace attnviz::render {

std::u32string decode_label(const std::string& text);

// True for Han, kana, hangul and their punctuation: what Latin fonts do not hold.
bool is_cjk(char32_t character);

}  // namespace attnviz::render
