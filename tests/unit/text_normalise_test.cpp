// The spelling of vocabulary keys, and the way back from it.
#include <doctest/doctest.h>

#include <string>

#include "attnviz/text/segment.hpp"
#include "text/normalised.hpp"

using attnviz::text::normalise;
using attnviz::text::normalise_with_cuts;

TEST_CASE("NFKC and lower case") {
  CHECK(normalise("ＲＥＤ Cup") == "red cup");
  CHECK(normalise("ﬁsh") == "fish");
  CHECK(normalise("e\u0301") == "\u00E9");
  CHECK(normalise("É") == "\u00E9");
  CHECK(normalise("ｶﾞ") == "ガ");
  CHECK(normalise("½") == "1\u20442");
  CHECK(normalise("ΟΔΟΣ") == "οδος");
  CHECK(normalise("\u0130") == "i\u0307");
  CHECK(normalise("Straße") == "straße");
  CHECK(normalise("\u2F9D") == "身");  // a Kangxi radical
  CHECK(normalise("👨‍👩‍👧") == "👨‍👩‍👧");
  CHECK(normalise("") == "");
}

TEST_CASE("cuts map the normalised text back") {
  const auto text = normalise_with_cuts("Ｒe\u0301ﬁ红");
  CHECK(text.text == "r\u00E9fi红");
  const std::size_t expected[][2] = {{0, 0}, {3, 1}, {6, 3}, {9, 5}, {12, 8}};  // no cut inside é or ﬁ
  REQUIRE(text.cuts.size() == std::size(expected));
  for (std::size_t i = 0; i < text.cuts.size(); ++i) {
    CHECK(text.cuts[i].original == expected[i][0]);
    CHECK(text.cuts[i].normalised == expected[i][1]);
  }
  CHECK(text.cut_at(3) == 2);
  CHECK_FALSE(text.cut_at(2));
  CHECK_FALSE(text.cut_at(4));
  CHECK_FALSE(text.cut_at(9));
  CHECK(text.between(1, 3) == "\u00E9fi");
}

TEST_CASE("a run of white space is one space") {
  const auto text = normalise_with_cuts("a \u3000\t\u00A0b");
  CHECK(text.text == "a b");
  REQUIRE(text.cuts.size() == 4);
  CHECK(text.cuts[1].original == 1);
  CHECK(text.cuts[2].original == 8);
}

TEST_CASE("accents that do not compose stay with their letter") {
  CHECK(normalise_with_cuts("x\u0302y").cuts.size() == 3);
  CHECK(normalise_with_cuts("葛\U000E0100城").cuts.size() == 3);
}
