// From an instruction to its words. Chinese, English and mixed text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "attnviz/core/vocabulary.hpp"
#include "attnviz/core/words.hpp"

namespace attnviz::text {

constexpr std::size_t kMaxInstructionBytes = 4096;
constexpr std::size_t kMaxWords = 64;

// Splits at ICU word boundaries, refined by the longest match against the vocabulary, so that "拿起红色杯子" gives
// 拿起 / 红色 / 杯子 and "pick up the red cup" gives pick up / the / red / cup (the rule: src/text/lattice.hpp).
// Look-ups use NFKC and lower case; spans and texts are those of the original. Punctuation, spaces and symbols are no
// words, but emoji are; a repeated word stays two words. A word that the vocabulary does not hold owns the tokens of
// its plain form (cups -> cup) or of the keys inside it, and "[UNK]" for each stretch that is left. Throws Error
// (input), where = "instruction": invalid UTF-8 (with the byte offset), empty, without any word, too long.
Words segment(std::string_view instruction, const Vocabulary& vocabulary);

// The user's own segmentation, words separated by '|'. Each must occur in the instruction, after the one before it;
// case, width and the number of spaces do not matter. Throws as `segment` does for the instruction.
// Throws Error (usage), where = "--words".
Words segment_as(std::string_view instruction, std::string_view words, const Vocabulary& vocabulary);

// Words that no vocabulary knows and no instruction holds, each a token of its own and of no kind.
struct GivenWords {
  std::string instruction;  // the words again, with a space where one of two neighbours ends or begins in ASCII
  Words words;
};

// As the user wrote them, separated by '|'. Throws Error (usage), where = "--words".
GivenWords given_words(std::string_view words);
// None of them empty, all valid UTF-8.
GivenWords given_words(const std::vector<std::string>& texts);

// NFKC and lower case of valid UTF-8, as vocabulary keys are spelt.
std::string normalise(std::string_view utf8);

}  // namespace attnviz::text
