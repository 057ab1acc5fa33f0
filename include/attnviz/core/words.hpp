// The words of an instruction. A word is what a person reads ("红色", "pick up"); a token is what the model's
// tokenizer makes of it; a word owns one or more tokens.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace attnviz {

// What a word does, as the vocabulary says: a size or a place singles a thing out, a material names what it is made of.
enum class WordKind { verb, colour, noun, material, size, place, other };

struct Token {
  std::string text;     // normalised surface as the vocabulary spells it, "[UNK]" where it has none
  std::size_t row = 0;  // row of the model's embedding table
};

struct Word {
  std::string text;                          // as the user wrote it
  std::size_t byte_begin = 0, byte_end = 0;  // span in the original instruction, end exclusive
  std::vector<Token> tokens;                 // never empty
  bool known = false;                        // the vocabulary holds the whole word
  std::optional<WordKind> kind;              // as the vocabulary says; empty for unknown words
};

using Words = std::vector<Word>;

struct Instruction {
  std::string text;
  Words words;
};

// As the vocabulary of a model file spells it.
const char* to_string(WordKind kind);
std::optional<WordKind> parse_word_kind(const std::string& name);

}  // namespace attnviz
