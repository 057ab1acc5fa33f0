// Which words an instruction has, and which tokens they own.
#include "attnviz/text/segment.hpp"

#include <doctest/doctest.h>

#include <string>

#include "attnviz/core/error.hpp"
#include "support/words.hpp"

using attnviz::Error;
using attnviz::ErrorCode;
using attnviz::Vocabulary;
using attnviz::Words;
using attnviz::test::joined;
using attnviz::test::tokens_of;
using attnviz::test::vocabulary_of;
using attnviz::text::segment;

namespace {

const Vocabulary kNone;

std::string split(const std::string& instruction, const Vocabulary& vocabulary) {
  return joined(segment(instruction, vocabulary));
}

void check_fails(const std::string& instruction, const std::string& message) {
  try {
    segment(instruction, kNone);
    FAIL("accepted: " << instruction.substr(0, 40));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::input);
    CHECK(std::string(error.what()) == message);
  }
}

}  // namespace

TEST_CASE("Chinese: vocabulary keys and ICU's dictionary") {
  const auto vocabulary = vocabulary_of({"拿起", "红色", "杯子", "把", "的", "放到", "盘子", "上"});
  CHECK(split("拿起红色杯子", vocabulary) == "拿起/红色/杯子");
  CHECK(split("把红色的杯子放到盘子上", vocabulary) == "把/红色/的/杯子/放到/盘子/上");
  CHECK(split("拿起，红色！杯子。", vocabulary) == "拿起/红色/杯子");
  CHECK(split("拿起 红色　杯子\n", vocabulary) == "拿起/红色/杯子");
}

TEST_CASE("Chinese without a vocabulary: ICU decides alone") {
  CHECK(split("拿起红色杯子", kNone) == "拿起/红色/杯子");
  CHECK(split("削皮刀", kNone) == "削皮刀");
}

TEST_CASE("Chinese: a key joins what ICU splits") {
  CHECK(split("自行车", kNone) == "自行/车");
  CHECK(split("自行车", vocabulary_of({"自行车"})) == "自行车");
}

TEST_CASE("Chinese: a key splits what ICU joins, where fewer words stay unknown") {
  CHECK(split("玻璃杯子", kNone) == "玻璃杯/子");
  CHECK(split("玻璃杯子", vocabulary_of({"杯子"})) == "玻璃/杯子");
  CHECK(split("电冰箱", vocabulary_of({"电", "冰箱"})) == "电/冰箱");
}

TEST_CASE("Chinese: an unknown word is not torn by a short key inside it") {
  CHECK(split("拿起削皮刀", vocabulary_of({"刀", "拿起"})) == "拿起/削皮刀");
  CHECK(split("黄瓜", vocabulary_of({"黄", "瓜"})) == "黄瓜");
  CHECK(split("电冰箱", vocabulary_of({"冰箱"})) == "电冰箱");
}

TEST_CASE("Chinese: the longest key first") {
  const auto vocabulary = vocabulary_of({"红", "红色", "杯", "杯子", "红色杯"});
  CHECK(split("红色杯", vocabulary) == "红色杯");
  CHECK(split("红杯子", vocabulary) == "红/杯子");
  CHECK(split("红色杯子", vocabulary_of({"红色", "色杯", "杯子", "红", "子"})) == "红色/杯子");
}

TEST_CASE("English: single words and phrases") {
  const auto vocabulary = vocabulary_of({"pick up", "pick", "up", "the", "red", "cup", "hot", "dog", "hot dog"});
  CHECK(split("pick up the red cup", vocabulary) == "pick up/the/red/cup");
  CHECK(split("pick the cup up", vocabulary) == "pick/the/cup/up");
  CHECK(split("Pick  Up\tthe HOT \n dog.", vocabulary) == "Pick  Up/the/HOT \n dog");
  CHECK(split("red, hot, dog", vocabulary) == "red/hot/dog");
  CHECK(split("red cup holder", vocabulary_of({"red", "red cup", "cup holder"})) == "red/cup holder");
  CHECK(split("red cup holder", vocabulary_of({"red", "cup holder", "red cup", "holder"})) == "red cup/holder");
  CHECK(split("cupboard", vocabulary) == "cupboard");
}

TEST_CASE("English: hyphens, apostrophes, numbers") {
  CHECK(split("a t-shirt", vocabulary_of({"t-shirt"})) == "a/t-shirt");
  CHECK(split("a t-shirt", kNone) == "a/t/shirt");
  CHECK(split("the dog's bowl, don\u2019t", kNone) == "the/dog's/bowl/don\u2019t");
  CHECK(split("3.5 cups of 2cm", kNone) == "3.5/cups/of/2cm");
}

TEST_CASE("mixed scripts") {
  const auto vocabulary = vocabulary_of({"拿起", "red", "杯子", "t恤", "个"});
  CHECK(split("拿起red杯子", vocabulary) == "拿起/red/杯子");
  CHECK(split("拿起T恤", vocabulary) == "拿起/T恤");
  CHECK(split("3个杯子", vocabulary) == "3/个/杯子");
}

TEST_CASE("emoji are words, other symbols are not") {
  CHECK(split("🍎🍌", kNone) == "🍎/🍌");
  CHECK(split("grab 👨‍👩‍👧 ❤️ 🇨🇳", kNone) == "grab/👨‍👩‍👧/❤️/🇨🇳");
  CHECK(split("45° → ★ cup ©", kNone) == "45/cup");
  CHECK(segment("🍎", vocabulary_of({"🍎"}))[0].known);
}

TEST_CASE("look-ups normalise, texts and spans stay the user's") {
  const auto vocabulary = vocabulary_of({"red", "fish", "é", "杯子", "カップ"});
  const Words words = segment("ＲＥＤ ﬁsh e\u0301 É 杯子 ｶｯﾌﾟ", vocabulary);
  CHECK(joined(words) == "ＲＥＤ/ﬁsh/e\u0301/É/杯子/ｶｯﾌﾟ");
  for (const auto& word : words) CHECK_MESSAGE(word.known, word.text);
  CHECK(words[0].byte_begin == 0);
  CHECK(words[0].byte_end == 9);
  CHECK(words[1].byte_begin == 10);
  CHECK(words[1].byte_end == 15);
  CHECK(words[1].tokens[0].text == "fish");
}

TEST_CASE("one character that becomes several stays in one word") {
  CHECK(split("½ cup ㈱ ①", kNone) == "½/cup/㈱/①");
  CHECK(segment("ﷺ", kNone)[0].byte_end == 3);
}

TEST_CASE("a repeated word stays two words") {
  const std::string instruction = "红色杯子和红色盘子";
  const Words words = segment(instruction, vocabulary_of({"红色", "杯子", "和", "盘子"}));
  CHECK(joined(words) == "红色/杯子/和/红色/盘子");
  CHECK(words[3].byte_begin == 15);
  CHECK(words[3].tokens[0].row == words[0].tokens[0].row);
}

TEST_CASE("known words") {
  Vocabulary vocabulary;
  vocabulary.add("拿起", {7, attnviz::WordKind::verb});
  const auto word = segment("拿起", vocabulary)[0];
  CHECK(word.known);
  CHECK(word.kind == attnviz::WordKind::verb);
  REQUIRE(word.tokens.size() == 1);
  CHECK(word.tokens[0].text == "拿起");
  CHECK(word.tokens[0].row == 7);
}

TEST_CASE("unknown words own the pieces that are known") {
  const auto vocabulary = vocabulary_of({"刀", "冰箱", "cup", "cherry", "box", "glasses", "hot dog"});
  const auto check = [&](const char* instruction, const char* tokens, bool known) {
    const Words words = segment(instruction, vocabulary);
    REQUIRE(words.size() == 1);
    CHECK(tokens_of(words[0]) == tokens);
    CHECK(words[0].known == known);
    CHECK(words[0].kind.has_value() == known);
  };
  check("削皮刀", "[UNK]+刀", false);
  check("电冰箱", "[UNK]+冰箱", false);
  check("cups", "cup", false);
  check("cup's", "cup", false);
  check("CUP\u2019S", "cup", false);
  check("boxes", "box", false);
  check("cherries", "cherry", false);
  check("hot dogs", "hot dog", false);
  check("glasses", "glasses", true);
  check("spoon", "[UNK]", false);
  CHECK(segment("spoon", vocabulary)[0].tokens[0].row == Vocabulary::kUnknownRow);
  CHECK(tokens_of(segment("is", vocabulary_of({"i"}))[0]) == "[UNK]");
}

TEST_CASE("limits") {
  std::string many;
  for (std::size_t i = 0; i < attnviz::text::kMaxWords; ++i) many += "cup ";
  CHECK(segment(many, kNone).size() == attnviz::text::kMaxWords);
  check_fails(many + "cup", "instruction: has 65 words, the limit is 64; shorten it");
  const std::string longest(attnviz::text::kMaxInstructionBytes, 'a');
  CHECK(segment(longest, kNone).size() == 1);
  check_fails(longest + "a", "instruction: is 4097 bytes long, the limit is 4096; shorten it");
  check_fails(std::string(100000, 'a'), "instruction: is 100000 bytes long, the limit is 4096; shorten it");
}

TEST_CASE("a long instruction and a vocabulary with an endless key take no endless time") {
  Vocabulary vocabulary = vocabulary_of({"アア"});
  vocabulary.add(std::string(1'000'000, 'a'), {2, attnviz::WordKind::noun});
  std::string kana;
  while (kana.size() + 3 <= attnviz::text::kMaxInstructionBytes) kana += "ア";
  CHECK_THROWS_AS(segment(kana, vocabulary), Error);
}

TEST_CASE("bad instructions") {
  const std::string advice = "; say what to look for, for example 'pick up the red cup'";
  check_fails("", "instruction: is empty" + advice);
  for (const char* blank : {" ", "\t\n", "　", "。！？", "...", "-- ' | ★", "\u200B"}) {
    check_fails(blank, "instruction: holds no words, only spaces or punctuation" + advice);
  }
  const auto bad_byte = [](int at) {
    return "instruction: invalid UTF-8 at byte " + std::to_string(at) + "; pass the text in UTF-8";
  };
  check_fails("\xFF", bad_byte(0));
  check_fails("red \xE7\xBA", bad_byte(4));         // cut short
  check_fails("红\xC0\x80", bad_byte(3));           // overlong
  check_fails("ab\xED\xA0\x80", bad_byte(2));       // a surrogate
  check_fails("abc\xF4\x90\x80\x80", bad_byte(3));  // above U+10FFFF
  check_fails("cup \xBA\xEC", bad_byte(4));         // GBK
}
