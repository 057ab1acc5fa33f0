// The user's own segmentation (--words).
#include <doctest/doctest.h>

#include <string>

#include "attnviz/core/error.hpp"
#include "attnviz/text/segment.hpp"
#include "support/words.hpp"

using attnviz::Error;
using attnviz::ErrorCode;
using attnviz::Words;
using attnviz::test::joined;
using attnviz::test::tokens_of;
using attnviz::test::vocabulary_of;
using attnviz::text::segment_as;

namespace {

const attnviz::Vocabulary kVocabulary = vocabulary_of({"拿起", "红色", "杯子", "red", "cup", "pick up"});

void check_fails(const std::string& instruction, const std::string& words, const std::string& message,
                 ErrorCode code = ErrorCode::usage) {
  try {
    segment_as(instruction, words, kVocabulary);
    FAIL("accepted: " << words.substr(0, 40));
  } catch (const Error& error) {
    CHECK(error.code() == code);
    CHECK(std::string(error.what()) == message);
  }
}

}  // namespace

TEST_CASE("words as the user cuts them") {
  CHECK(joined(segment_as("拿起红色杯子", "拿起|红色|杯子", kVocabulary)) == "拿起/红色/杯子");
  const Words words = segment_as("拿起红色杯子", "拿|起|红色杯子", kVocabulary);
  CHECK(joined(words) == "拿/起/红色杯子");
  CHECK(tokens_of(words[0]) == "[UNK]");
  CHECK(tokens_of(words[2]) == "红色+杯子");
  CHECK_FALSE(words[2].known);
}

TEST_CASE("words may be left out, and repeat") {
  CHECK(joined(segment_as("把红色杯子放到红色盘子上", "红色|盘子", kVocabulary)) == "红色/盘子");
  const Words words = segment_as("red cup, red bowl", "red|red", kVocabulary);
  REQUIRE(words.size() == 2);
  CHECK(words[0].byte_begin == 0);
  CHECK(words[1].byte_begin == 9);
}

TEST_CASE("case, width and spaces do not matter") {
  const Words words = segment_as("Pick  UP the ＲＥＤ cup", " pick up |red|CUP", kVocabulary);
  CHECK(joined(words) == "Pick  UP/ＲＥＤ/cup");
  for (const auto& word : words) CHECK(word.known);
}

TEST_CASE("a word of several words owns the tokens of all") {
  const Words words = segment_as("the red plastic cups!", "red plastic cups", kVocabulary);
  CHECK(tokens_of(words[0]) == "red+[UNK]+cup");
}

TEST_CASE("a whole word is found before a part of one") {
  CHECK(segment_as("the cupboard and the cup", "cup", kVocabulary)[0].byte_begin == 21);
  const Words parts = segment_as("tcup", "t|cup", kVocabulary);
  CHECK(joined(parts) == "t/cup");
  CHECK(parts[1].known);
}

TEST_CASE("words that do not fit") {
  const std::string order = "; write the words as the instruction has them, in its order";
  check_fails("拿起红色杯子", "蓝色", "--words: '蓝色' does not occur in the instruction" + order);
  check_fails("拿起红色杯子", "杯子|红色", "--words: '红色' does not come after '杯子' in the instruction" + order);
  check_fails("red cup", "red|red", "--words: 'red' does not come after 'red' in the instruction" + order);
  check_fails("e\u0301t", "e", "--words: 'e' does not occur in the instruction" + order);
  check_fails("red cup", "a\nb", "--words: 'a b' does not occur in the instruction" + order);
}

TEST_CASE("empty words") {
  const std::string advice = "; put one '|' between two words and none at the ends";
  check_fails("red cup", "red||cup", "--words: word 2 is empty" + advice);
  check_fails("red cup", "|red", "--words: word 1 is empty" + advice);
  check_fails("red cup", "red| ", "--words: word 2 is empty" + advice);
  CHECK_THROWS_AS(segment_as("red cup", "", kVocabulary), Error);
}

TEST_CASE("broken texts") {
  check_fails("red", "\xFFred", "--words: invalid UTF-8 at byte 0; pass the text in UTF-8");
  check_fails("red\xFF", "red", "instruction: invalid UTF-8 at byte 3; pass the text in UTF-8", ErrorCode::input);
  check_fails("red", std::string(5000, 'a'), "--words: is 5000 bytes long, the limit is 4096; shorten it");
  std::string many = "a";
  for (int i = 0; i < 64; ++i) many += "|a";
  check_fails("a a", many, "--words: has 65 words, the limit is 64; shorten it");
}

TEST_CASE("a long word that does not occur is shortened in the message, at a character") {
  std::string word;
  for (int i = 0; i < 30; ++i) word += "红";
  try {
    segment_as("red", word, kVocabulary);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("'" + word.substr(0, 60) + "...'") != std::string::npos);
  }
}
