// Pictures in a terminal.
#include "attnviz/report/preview.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "report/terminal_text.hpp"

using namespace attnviz;
using report::ColourDepth;
using report::preview;

namespace {

Image plain(int width, int height, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const std::uint8_t rgb[]{r, g, b};
      std::copy(rgb, rgb + 3, image.pixel(x, y));
    }
  }
  return image;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("two rows of pixels a line, the upper before the lower") {
  Image image = plain(1, 3, 10, 20, 30);
  image.pixel(0, 1)[0] = 99;
  CHECK(preview({{"", image}}, 80, ColourDepth::full) ==
        "\x1b[1m            \x1b[0m  \n"
        "\x1b[38;2;10;20;30m\x1b[48;2;99;20;30m\u2580\x1b[0m             \n"
        "\x1b[38;2;10;20;30m\x1b[49m\u2580\x1b[0m             \n");
}

TEST_CASE("colours are said only where they change") {
  const std::string text = preview({{"", plain(30, 2, 1, 2, 3)}}, 80, ColourDepth::full);
  CHECK(count(text, "\x1b[38") == 1);
  CHECK(count(text, "\u2580") == 30);
}

TEST_CASE("the palette has the nearest colour or grey") {
  const auto code = [](std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    const std::string text = preview({{"", plain(1, 1, r, g, b)}}, 80, ColourDepth::palette);
    const std::size_t begin = text.find("38;5;") + 5;
    return std::stoi(text.substr(begin));
  };
  CHECK(code(0, 0, 0) == 16);
  CHECK(code(255, 255, 255) == 231);
  CHECK(code(255, 0, 0) == 196);
  CHECK(code(95, 135, 175) == 67);
  CHECK(code(128, 128, 128) == 244);
  CHECK(code(13, 12, 11) == 232);
}

TEST_CASE("panels stand side by side as far as there is room") {
  const Image image = plain(20, 2, 0, 0, 0);
  const std::vector<report::PreviewPanel> panels{{"a", image}, {"b", image}, {"c", image}};
  CHECK(count(preview(panels, 66, ColourDepth::full), "\n") == 2);
  CHECK(count(preview(panels, 64, ColourDepth::full), "\n") == 2);
  CHECK(count(preview(panels, 63, ColourDepth::full), "\n") == 5);  // two, an empty line, one
  CHECK(count(preview(panels, 5, ColourDepth::full), "\n") == 8);   // never less than one
  CHECK(preview({}, 80, ColourDepth::full).empty());
}

TEST_CASE("captions neither move what is beside them nor reach the terminal as control characters") {
  const Image image = plain(6, 2, 0, 0, 0);
  const std::string text = preview({{"很长很长很长很长的词", image}, {"x\x1b[2J", image}}, 80, ColourDepth::full);
  CHECK(text.starts_with("\x1b[1m很长很长很长\x1b[0m  \x1b[1mx?[2J       \x1b[0m  \n"));
}

TEST_CASE("text is cut at whole characters") {
  CHECK(report::cut_to("红色cup", 4) == "红色");
  CHECK(report::cut_to("红色cup", 3) == "红");
  CHECK(report::cut_to("红色cup", 5) == "红色c");
  CHECK(report::cut_to("café", 4) == "café");
  CHECK(report::cut_to("", 4).empty());
  CHECK(report::cut_to("红", 0).empty());
}
