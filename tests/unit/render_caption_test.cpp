// Captions of panels: name and detail never touch, whatever has to be said.
#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>

#include "render/caption.hpp"
#include "render/sheet_layout.hpp"
#include "support/no_fonts.hpp"

using namespace attnviz;
using namespace attnviz::render;

namespace {

constexpr int kNarrowest = 240;  // of all panels

WordReading reading_of(std::optional<double> nothing) {
  WordReading reading;
  reading.heat.assign(1200, 0.0001F);
  reading.heat[1187] = 0.0571F;
  reading.nothing = nothing;
  return reading;
}

Word word_of(const std::string& text, bool known) {
  Word word;
  word.text = text;
  word.known = known;
  return word;
}

void check_fits(const Labels& labels, const Caption& caption, int width) {
  CHECK(labels.width(caption.name, SheetLayout::kCaptionPx) + labels.width(caption.detail, SheetLayout::kDetailPx) +
            10 <=
        width);
}

void check_all(const Labels& labels) {
  for (const bool chinese : {false, true}) {
    Looks looks;
    looks.chinese_labels = chinese;
    const SheetLanguage language(looks, labels);
    for (const std::string text : {"cup", "abcdefghijklmnopqrstuvwxyz", "拿起红色的杯子放到桌子上面", "杯"}) {
      for (const bool known : {true, false}) {
        for (const std::optional<double> nothing : {std::optional<double>(), std::optional(0.87)}) {
          for (const int width : {kNarrowest, 250, 300, 360, 540}) {
            CAPTURE(text);
            CAPTURE(width);
            const Caption caption =
                word_caption(labels, language, word_of(text, known), 117, reading_of(nothing), width);
            check_fits(labels, caption, width);
            CHECK_FALSE(caption.name.empty());
            CHECK_FALSE(caption.detail.empty());
          }
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("name and detail stand beside each other with a gap, with fonts and without") {
  check_all(Labels("拿起红色杯子放到桌面目标图像未知无此物 cup"));
  const test::NoFonts no_fonts;
  check_all(Labels("cup"));
}

TEST_CASE("short names stay whole in the narrowest panel, and doubts are said") {
  const Labels labels("cup");
  if (!labels.can_draw("cup")) return;  // a machine without fonts
  const SheetLanguage language({}, labels);
  const Caption doubtful = word_caption(labels, language, word_of("cup", false), 0, reading_of(0.87), kNarrowest);
  CHECK(doubtful.name == "cup");
  CHECK(doubtful.detail == "unknown   nothing 0.87");
  const Caption longer =
      word_caption(labels, language, word_of("cupboard doors", false), 0, reading_of(0.87), kNarrowest);
  CHECK(longer.detail == "?   nothing 0.87");
  const Caption plain = word_caption(labels, language, word_of("cup", true), 0, reading_of(0.1), 360);
  CHECK(plain.detail == "patch 1187   0.057");
}

TEST_CASE("of several details the longest that fits is taken") {
  const test::NoFonts no_fonts;
  const Labels labels("");
  CHECK(fit_caption(labels, "#1", {"0.123456789", "0.12", ""}, 240).detail == "0.123456789");
  CHECK(fit_caption(labels, "#1", {"0.123456789", "0.12", ""}, 120).detail == "0.12");
  CHECK(fit_caption(labels, "#1", {"0.123456789", "0.12", ""}, 60).detail.empty());
}
