// Short ways to make a vocabulary and words, and to read off a segmentation.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>

#include "attnviz/core/vocabulary.hpp"
#include "attnviz/core/words.hpp"

namespace attnviz::test {

// Rows count from 1 in the order given; every entry is a noun.
inline Vocabulary vocabulary_of(std::initializer_list<const char*> keys) {
  Vocabulary vocabulary;
  for (const char* key : keys) vocabulary.add(key, {vocabulary.entries.size() + 1, WordKind::noun});
  return vocabulary;
}

inline Word word_of(const std::string& text, std::optional<WordKind> kind, bool known = true) {
  Word word;
  word.text = text;
  word.kind = kind;
  word.known = known;
  return word;
}

// "拿起/红色/杯子"
inline std::string joined(const Words& words) {
  std::string out;
  for (const Word& word : words) out += (out.empty() ? "" : "/") + word.text;
  return out;
}

// "red+[UNK]"
inline std::string tokens_of(const Word& word) {
  std::string out;
  for (const Token& token : word.tokens) out += (out.empty() ? "" : "+") + token.text;
  return out;
}

}  // namespace attnviz::test
