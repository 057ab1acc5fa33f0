// What a tokenizer.json does to text before its model sees it: steps that change characters, then cuts into words.
#pragma once

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "text/tokenizers/character_map.hpp"
#include "text/tokenizers/characters.hpp"

namespace attnviz::text {

using TextStep = std::function<Characters(const Characters&)>;
using WordStep = std::function<std::vector<Characters>(const Characters&)>;  // one word in, its parts out

// A set of characters with a number of repeats: "\s+", "[!-/]", "▁".
struct CharacterPattern {
  std::vector<std::pair<char32_t, char32_t>> ranges;  // both ends included
  bool holds_spaces = false;                          // all of Unicode's white space too
  std::size_t at_least = 1;
  bool repeats = false;  // `at_least` or more; else exactly that many

  bool contains(char32_t code) const;
};

// What matches becomes `content`, all of it with the span of the match.
TextStep replace_step(CharacterPattern pattern, std::u32string content);
TextStep strip_step(bool left, bool right);
TextStep prepend_step(std::u32string content);  // nothing before an empty text
// As the tokenizers library runs a SentencePiece map: whole graphemes of less than six bytes first, then characters.
TextStep map_step(CharacterMap map);

enum class Prepend { always, never };
// Spaces become `sign`, one stands before everything, words begin with it where `split`.
WordStep metaspace_step(char32_t sign, Prepend prepend, bool split);
// Cut behind every `delimiter`.
WordStep cut_behind_step(char32_t delimiter);
WordStep cut_at_spaces_step();  // and drop them

}  // namespace attnviz::text
