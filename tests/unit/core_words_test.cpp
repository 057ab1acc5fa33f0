// Kinds of words and the vocabulary.
#include "attnviz/core/words.hpp"

#include <doctest/doctest.h>

#include <string>

#include "attnviz/core/vocabulary.hpp"

using attnviz::parse_word_kind;
using attnviz::to_string;
using attnviz::Vocabulary;
using attnviz::WordKind;

TEST_CASE("kinds and their names") {
  for (const WordKind kind : {WordKind::verb, WordKind::colour, WordKind::noun, WordKind::material, WordKind::size,
                              WordKind::place, WordKind::other}) {
    CHECK(parse_word_kind(to_string(kind)) == kind);
  }
  CHECK(std::string(to_string(WordKind::colour)) == "colour");
  for (const char* name : {"", "color", "Noun", "noun "}) CHECK_FALSE(parse_word_kind(name));
}

TEST_CASE("vocabulary") {
  Vocabulary vocabulary;
  CHECK(vocabulary.longest_key_bytes == 0);
  CHECK(vocabulary.find("red") == nullptr);
  vocabulary.add("red", {1, WordKind::colour});
  vocabulary.add("红色", {1, WordKind::colour});
  vocabulary.add("红", {1, WordKind::colour});
  CHECK(vocabulary.longest_key_bytes == 6);
  REQUIRE(vocabulary.find("红色") != nullptr);
  CHECK(vocabulary.find("红色")->row == vocabulary.find("red")->row);
  CHECK(vocabulary.find("re") == nullptr);
  vocabulary.add("red", {9, WordKind::noun});  // the last one counts
  CHECK(vocabulary.find("red")->row == 9);
  CHECK(vocabulary.entries.size() == 3);
}
