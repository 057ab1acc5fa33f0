#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "attnviz/analysis/readout.hpp"
#include "support/words.hpp"

using namespace attnviz;
using attnviz::analysis::target_warning;
using attnviz::analysis::word_warnings;
using attnviz::test::word_of;

namespace {

WordReading reading_of(double nothing, double entropy, std::optional<double> agreement = std::nullopt) {
  WordReading reading;
  reading.nothing = nothing;
  reading.entropy = entropy;
  reading.agreement = agreement;
  return reading;
}

std::vector<std::string> codes(const Words& words, const std::vector<WordReading>& readings,
                               const Honesty& honesty = {}) {
  std::vector<std::string> codes;
  for (const Warning& warning : word_warnings(words, readings, honesty)) {
    CHECK(warning.message.find("'" + words[warning.word.value()].text + "'") == 0);
    codes.push_back(warning.code + " " + std::to_string(*warning.word));
  }
  return codes;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("unknown words, absent things, maps without a focus, heads that disagree: the first that applies") {
  const Words words{word_of("zyx", std::nullopt, false), word_of("cup", WordKind::noun),
                    word_of("red", WordKind::colour), word_of("wooden", WordKind::material),
                    word_of("bowl", WordKind::noun)};
  CHECK(codes(words, {reading_of(1, 1, 0), reading_of(0.9, 1, 0), reading_of(0.1, 0.95, 0), reading_of(0.1, 0.5, 0.01),
                      reading_of(0.1, 0.5, 0.5)}) ==
        Codes{"unknown-word 0", "nothing-here 1", "diffuse 2", "heads-disagree 3"});
}

TEST_CASE("weight on sinks is said where nothing worse is") {
  WordReading on_sinks = reading_of(0.1, 0.5, 0.5);
  on_sinks.sink = 0.4;
  const Words words{word_of("cup", WordKind::noun)};
  CHECK(codes(words, {on_sinks}) == Codes{"sink 0"});
  CHECK(word_warnings(words, {on_sinks}, {}).front().detail == "40 %");
  on_sinks.sink = 0.1;
  CHECK(codes(words, {on_sinks}).empty());
}

TEST_CASE("details stand in the message and by themselves") {
  Words words{word_of("cup", WordKind::noun), word_of("xyz", std::nullopt, false),
              word_of("teacup", std::nullopt, false)};
  words[2].tokens = {{"tea", 0}, {"cup", 2}};
  const std::vector<Warning> warnings =
      word_warnings(words, {reading_of(0.834, 0), reading_of(0, 0), reading_of(0, 0)}, {});
  REQUIRE(warnings.size() == 3);
  CHECK(warnings[0].detail == "83 %");
  CHECK(warnings[0].message.find("(83 % of its attention)") != std::string::npos);
  CHECK(warnings[1].detail.empty());
  CHECK(warnings[1].message == "'xyz' is not in the model's vocabulary");
  CHECK(warnings[2].detail == "cup");
  CHECK(warnings[2].message == "'teacup' is not in the model's vocabulary, read as 'cup'");
}

TEST_CASE("words that may name nothing are not doubted") {
  for (const WordKind kind : {WordKind::other, WordKind::place}) {
    CHECK(codes({word_of("beside", kind)}, {reading_of(1, 1, 0)}).empty());
  }
  for (const WordKind kind : {WordKind::verb, WordKind::size}) {
    CHECK(codes({word_of("big", kind)}, {reading_of(1, 1, 0)}).size() == 1);
  }
}

TEST_CASE("each model has its own thresholds") {
  const Words word{word_of("cup", WordKind::noun)};
  Honesty honesty;
  honesty.nothing = 0.95;
  CHECK(codes(word, {reading_of(0.9, 0.5)}, honesty).empty());
  honesty.diffuse = 0.4;
  CHECK(codes(word, {reading_of(0.9, 0.5)}, honesty) == Codes{"diffuse 0"});
  honesty = {};
  honesty.heads = 0.8;
  CHECK(codes(word, {reading_of(0, 0.5, 0.7)}, honesty) == Codes{"heads-disagree 0"});
  CHECK(codes(word, {reading_of(0, 0.5)}, honesty).empty());  // one head alone
}

TEST_CASE("a target that is not singled out") {
  const Words words{word_of("the", WordKind::other), word_of("pick up", WordKind::verb)};
  const auto code = [&](double score, double rival, const Honesty& honesty = {}) {
    const auto warning = target_warning(words, Target{{}, {}, score, rival}, honesty);
    if (warning) CHECK(warning->word == std::size_t{1});
    if (warning) CHECK(warning->message.find("'pick up'") == 0);
    return warning ? warning->code : "";
  };
  CHECK(code(0.5, 0.1) == "");
  CHECK(code(0.02, 0.001) == "target-unsure");
  CHECK(code(0.5, 0.45) == "target-not-alone");
  Honesty honesty;
  honesty.target = 0.6;
  CHECK(code(0.5, 0.1, honesty) == "target-unsure");
  honesty = {};
  honesty.rival = 0.15;
  CHECK(code(0.5, 0.1, honesty) == "target-not-alone");
  // Where nothing is to be done, no place need be singled out.
  CHECK_FALSE(target_warning({word_of("cup", WordKind::noun)}, Target{{}, {}, 0.01, 0.01}, {}));
}
