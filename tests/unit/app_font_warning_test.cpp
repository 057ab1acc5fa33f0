// What is said of words that pictures cannot show: only what helps.
#include <doctest/doctest.h>

#include <string>

#include "app/font_warning.hpp"
#include "support/no_fonts.hpp"

using namespace attnviz;

namespace {

Words words_of(const std::string& text) {
  Words words(2);
  words[0].text = "#1";
  words[1].text = text;
  return words;
}

}  // namespace

TEST_CASE("a font is named where it would help") {
  const test::NoFonts no_fonts;
  const render::Labels labels("");
  CHECK_FALSE(app::font_warning(words_of("2"), labels).has_value());
  CHECK_FALSE(app::font_warning(words_of("2\xef\xb8\x8f"), labels).has_value());  // an invisible selector
  const auto chinese = app::font_warning(words_of("杯"), labels);
  REQUIRE(chinese.has_value());
  CHECK(chinese->code == "no-font");
  CHECK(chinese->message.find("fonts-noto-cjk") != std::string::npos);
  const auto emoji = app::font_warning(words_of("\xF0\x9F\x91\x8D"), labels);
  REQUIRE(emoji.has_value());
  CHECK(emoji->code == "no-font");
  CHECK(emoji->message.find("cjk") == std::string::npos);
  const auto hebrew = app::font_warning(words_of("\xd7\xa9\xd7\x9c"), labels);
  REQUIRE(hebrew.has_value());
  CHECK(hebrew->code == "right-to-left");
  CHECK(hebrew->word == 1);
  CHECK(hebrew->message.find("install") == std::string::npos);
}
