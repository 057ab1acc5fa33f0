// Headings: all facts can be read on sheets of any width, and what fonts lack leaves no boxes.
#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/image/patchify.hpp"
#include "render/sheet_parts.hpp"
#include "render/sheet_section.hpp"
#include "support/no_fonts.hpp"

using namespace attnviz;
using namespace attnviz::render;

namespace {

Report report_of(int width, int height, std::size_t num_words) {
  Report report;
  report.instruction = "red cup";
  report.model.name = "base";
  report.model.signal = "cross-attention";
  report.shown.relative = true;
  report.main_view().grid = image::plan_grid(width, height, 16, 512);
  report.words.resize(num_words);
  return report;
}

std::string without_blanks(const std::string& text) {
  std::string result;
  std::ranges::copy_if(text, std::back_inserter(result), [](char c) { return c != ' '; });
  return result;
}

// The lines of the facts on a sheet of one section.
std::vector<std::string> check_facts(const Labels& labels, const Report& report, const Looks& looks, int width,
                                     int height) {
  const Heading heading = heading_of(report, report.main_view().grid, SheetLanguage(looks, labels));
  const SheetLayout layout = plan_section(width, height, report.words, heading.facts, labels);
  const std::vector<std::string> lines = facts_lines(labels, heading.facts, layout.width(), layout.heading_lines);
  std::string all, shown;
  for (const std::string& fact : heading.facts) all += without_blanks(fact);
  for (const std::string& line : lines) {
    CHECK(labels.width(line, kFactsPx) <= layout.width() - 2 * kHeadingMargin);
    shown += without_blanks(line);
  }
  CHECK(shown == all);
  // The facts end over the first panel's caption.
  CHECK(kHeadingMargin + heading_height(lines.size()) < layout.caption(0).y);
  return lines;
}

}  // namespace

TEST_CASE("every fact, the scale too, is on the sheet of one word, of any shape and language") {
  const Labels labels("red cup 目标图像未知无此物层头平均视角前共个词每各用自己的色阶所有一相对于");
  if (!labels.can_draw("cup")) return;  // a machine without fonts
  for (const auto& [width, height] : {std::pair{300, 2400}, {480, 720}, {640, 480}, {3000, 400}, {16, 16}}) {
    for (const std::size_t num_views : {1, 2}) {
      for (const bool chinese : {false, true}) {
        for (const char* scale : {"word", "shared"}) {
          for (const std::size_t num_words : {1, 2, 7, 200}) {
            CAPTURE(width);
            Report report = report_of(width, height, num_words);
            report.scale = scale;
            report.views.resize(num_views, report.main_view());
            Looks looks;
            looks.chinese_labels = chinese;
            check_facts(labels, report, looks, width, height);
          }
        }
      }
    }
  }
  Report ordinary = report_of(640, 480, 3);
  ordinary.shown.relative = false;
  CHECK(check_facts(labels, ordinary, {}, 640, 480).size() == 1);
}

TEST_CASE("a fact that is longer than two lines ends in dots") {
  const Labels labels("path");
  if (!labels.can_draw("path")) return;
  std::string path;
  for (int i = 0; i < 60; ++i) path += "/folder" + std::to_string(i);
  const std::vector<std::string> lines = facts_lines(labels, {path, "next"}, 480);
  REQUIRE(lines.size() == 3);
  CHECK(path.starts_with(lines[0]));
  CHECK(lines[1].ends_with("..."));
  CHECK(lines[2] == "next");
  CHECK(facts_lines(labels, {path, path, path}, 480, 2).size() == 2);
  CHECK(facts_lines(labels, {}, 480).empty());
  CHECK(facts_lines(labels, {"", ""}, 480).empty());
}

TEST_CASE("views share a scale, and the heading says so") {
  const Labels labels("cup");
  Report report = report_of(640, 480, 1);
  const SheetLanguage language({}, labels);
  CHECK(heading_of(report, report.main_view().grid, language).facts.back() == "each word on its own scale");
  report.views.resize(2, report.main_view());
  CHECK(heading_of(report, report.main_view().grid, language).facts.back() ==
        "each word on its own scale, common to all views");
  report.scale = "shared";
  CHECK(heading_of(report, report.main_view().grid, language).facts.back() == "one scale for all words and views");
}

TEST_CASE("a title is drawn as if what fonts lack were dots") {
  const auto titled = [](const Labels& labels, const std::string& title) {
    Image sheet(500, 100);
    fill(sheet, {0, 0, sheet.width, sheet.height}, kPaper);
    draw_heading(sheet, {title, {}}, labels, 1);
    return sheet.rgb;
  };
  const std::string last = "\xf4\x8f\xbf\xbd", joiner = "\xe2\x80\x8d";  // U+10FFFD, which no font has; U+200D
  {
    const Labels labels("red cup");
    if (!labels.can_draw("red cup")) return;
    CHECK(titled(labels, "red" + last + last + "cup") == titled(labels, "red...cup"));
    CHECK(titled(labels, "red " + joiner + "cup") == titled(labels, "red cup"));
  }
  const test::NoFonts no_fonts;
  const Labels labels("red cup");
  CHECK(titled(labels, "2 cups") == titled(labels, ""));  // fragments would only confuse
  CHECK(titled(labels, "2") != titled(labels, ""));
}

TEST_CASE("sizes keep their shape and never vanish") {
  CHECK(scaled(640, 480, 0.5).width == 320);
  CHECK(scaled(640, 480, 0.5).height == 240);
  CHECK(scaled(4000, 1, 0.01).height == 1);
  CHECK(scaled(4000, 1, 0.01, 4).height == 4);
}
