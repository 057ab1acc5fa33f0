// Labels: with the fonts of this machine where it has some, and without any font. Broken fonts are not opened.
#include <doctest/doctest.h>

#include <cstdlib>
#include <initializer_list>
#include <string>
#include <vector>

#include "attnviz/render/labels.hpp"
#include "render/font_file.hpp"
#include "render/utf8.hpp"
#include "support/image_files.hpp"
#include "support/no_fonts.hpp"

using namespace attnviz;
using render::Labels;

namespace {

Image paper(int width, int height) {
  Image image(width, height);
  std::fill(image.rgb.begin(), image.rgb.end(), std::uint8_t{255});
  return image;
}

struct Ink {
  int left = 1 << 20, top = 1 << 20, right = -1, bottom = -1, pixels = 0;
};

Ink find_ink(const Image& image) {
  Ink ink;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (image.pixel(x, y)[1] > 128) continue;
      ink = {std::min(ink.left, x), std::min(ink.top, y), std::max(ink.right, x), std::max(ink.bottom, y),
             ink.pixels + 1};
    }
  }
  return ink;
}

}  // namespace

TEST_CASE("without any font: digits are drawn, words are not") {
  const test::NoFonts no_fonts;
  const Labels labels("红色 cup 17");
  CHECK(labels.can_draw("#17 0.80"));
  CHECK_FALSE(labels.can_draw("红色"));
  CHECK_FALSE(labels.can_draw("cup"));
  Image image = paper(200, 40);
  labels.draw(image, 10, 5, 20, "红色cup", {0, 0, 0});
  CHECK(find_ink(image).pixels == 0);
  labels.draw(image, 10, 5, 20, "#17", {0, 0, 0});
  const Ink ink = find_ink(image);
  CHECK(ink.pixels > 50);
  CHECK(ink.left >= 10);
  CHECK(ink.right < 10 + labels.width("#17", 20));
  CHECK(ink.top >= 5);
  CHECK(ink.bottom < 25);
}

TEST_CASE("with fonts: ink stays in its line, and lines share a baseline") {
  const Labels labels("红色杯子 pick up");
  if (!labels.can_draw("pick up")) return;  // a machine without fonts
  for (const std::string text : {"pick up", "红色杯子", "Hgj 0.80"}) {
    CAPTURE(text);
    if (!labels.can_draw(text)) continue;
    Image image = paper(300, 60);
    labels.draw(image, 20, 10, 30, text, {0, 0, 0});
    const Ink ink = find_ink(image);
    CHECK(ink.pixels > 50);
    CHECK(ink.left >= 18);
    CHECK(ink.right <= 20 + labels.width(text, 30) + 2);
    CHECK(ink.top >= 10);
    CHECK(ink.bottom <= 40);
  }
  const auto bottom_of = [&](const std::string& text) {
    Image image = paper(100, 60);
    labels.draw(image, 5, 5, 40, text, {0, 0, 0});
    return find_ink(image).bottom;
  };
  CHECK(std::abs(bottom_of("H") - bottom_of("x")) <= 1);
  CHECK(bottom_of("p") > bottom_of("H"));
  CHECK(labels.width("cupcup", 30) > labels.width("cup", 30));
  CHECK(labels.width("", 30) == 0);
  CHECK_FALSE(labels.can_draw("\xf4\x8f\xbf\xbf"));  // the last code point, which no font has
}

TEST_CASE("drawing is clipped to the image") {
  const Labels labels("cup 17");
  Image image = paper(20, 10);
  for (const auto& [x, y] : {std::pair{-30, -10}, {15, 5}, {-5, 3}, {1000, 1000}, {-1000, -1000}}) {
    CHECK_NOTHROW(labels.draw(image, x, y, 24, "cup 17", {0, 0, 0}));
  }
  Image empty;
  CHECK_NOTHROW(labels.draw(empty, 0, 0, 24, "cup 17", {0, 0, 0}));
}

TEST_CASE("broken text does no harm") {
  CHECK(render::decode_label("a\xffz") == U"a\xFFFDz");
  CHECK(render::decode_label("\xe7\xba") == U"\xFFFD");
  CHECK(render::decode_label("a\nb\x7f") == U"a b ");
  CHECK(render::decode_label("红\xF0\x9F\x91\x8D") == U"红\x1F44D");
  const Labels labels("\xff\xfe\xe7");
  Image image = paper(50, 20);
  CHECK_NOTHROW(labels.draw(image, 0, 0, 12, "\xff\xfe\xe7", {0, 0, 0}));
}

TEST_CASE("what Unicode means to be invisible is not drawn and needs no font") {
  const std::vector<std::string> invisible{"\xc2\xad",     "\xcd\x8f",     "\xd8\x9c",     "\xe2\x80\x8b",
                                           "\xe2\x80\x8d", "\xe2\x80\x8f", "\xe2\x80\xae", "\xe2\x81\xa0",
                                           "\xe2\x81\xa9", "\xef\xb8\x8f", "\xef\xbb\xbf", "\xf3\xa0\x81\xa7"};
  const auto check = [&](const Labels& labels, const std::string& text) {
    Image plain = paper(200, 30);
    labels.draw(plain, 2, 2, 20, text + text, {0, 0, 0});
    for (const std::string& character : invisible) {
      CHECK(labels.can_draw(text + character));
      CHECK(labels.width(text + character + text, 20) == labels.width(text + text, 20));
      Image image = paper(200, 30);
      labels.draw(image, 2, 2, 20, text + character + text, {0, 0, 0});
      CHECK(image.rgb == plain.rgb);
      CHECK(labels.word_name(character, 3) == "#3");  // nobody would see it
    }
  };
  if (const Labels labels("cup"); labels.can_draw("cup")) check(labels, "cup");
  const test::NoFonts no_fonts;
  check(Labels(""), "#17");
  CHECK(render::decode_label("a\xe2\x80\x8c\xe2\x80\x90z") == U"a\x2010z");  // a hyphen is seen
}

TEST_CASE("what is in the way of a text") {
  const std::string hebrew = "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", last = "\xf4\x8f\xbf\xbd";
  const Labels labels("cup " + hebrew);
  if (!labels.can_draw("cup")) return;  // a machine without fonts
  CHECK(labels.obstacle("cup") == render::Obstacle::none);
  CHECK(labels.obstacle("cup" + hebrew) == render::Obstacle::right_to_left);
  CHECK(labels.obstacle(last) == render::Obstacle::no_font);
  CHECK(labels.word_name(hebrew, 2) == "#2");
  CHECK(labels.drawable(last + "cup" + last + last + " " + hebrew) == "...cup... ...");
  const test::NoFonts no_fonts;
  const Labels without("");
  CHECK(without.obstacle("红") == render::Obstacle::no_cjk_font);
  CHECK(without.obstacle("cup") == render::Obstacle::no_font);
  CHECK(without.drawable("2 cups").empty());
  CHECK(without.drawable("2") == "2");
}

TEST_CASE("characters become text again") {
  for (const std::string text : {"a", "\xc3\xa9", "红", "\xF0\x9F\x91\x8D", "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80"}) {
    CHECK(render::encode_label(render::decode_label("x" + text + "y")) == "x" + text + "y");
  }
}

TEST_CASE("what is no sound font is not opened") {
  const test::TempDir folder;
  const auto opens = [](const std::filesystem::path& path) {
    return render::FontFile::open(path.string(), 0) != nullptr;
  };
  CHECK_FALSE(opens(folder.path() / "missing.ttf"));
  CHECK_FALSE(opens(folder.path()));
  CHECK_FALSE(opens("/dev/zero"));
  CHECK_FALSE(opens(test::write_file(folder, "empty.ttf", {})));
  CHECK_FALSE(opens(test::write_file(folder, "text.ttf", test::Bytes(500, 'x'))));
  // A TrueType head whose tables lie outside of the file.
  test::Bytes head{0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 'c', 'm', 'a', 'p', 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  head.resize(200);
  CHECK_FALSE(opens(test::write_file(folder, "outside.ttf", head)));
  head[21] = 0, head[23] = 60;  // inside now, but there is no more than that
  CHECK_FALSE(opens(test::write_file(folder, "no-tables.ttf", head)));
  test::Bytes collection{'t', 't', 'c', 'f', 0, 1, 0, 0, 0, 0, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF};
  collection.resize(200);
  CHECK_FALSE(opens(test::write_file(folder, "collection.ttc", collection)));
}
