// The timeline: lines stand where values are, in frames of every number.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "attnviz/render/timeline.hpp"
#include "render/line_chart.hpp"
#include "support/no_fonts.hpp"

using namespace attnviz;
using namespace attnviz::render;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr Colour kRed{200, 0, 0};

Image white(int width, int height) {
  Image image(width, height);
  std::ranges::fill(image.rgb, std::uint8_t{255});
  return image;
}

// The rows of a column that are not white.
std::vector<int> inked_rows(const Image& image, int x) {
  std::vector<int> rows;
  for (int y = 0; y < image.height; ++y) {
    if (image.pixel(x, y)[1] < 250) rows.push_back(y);
  }
  return rows;
}

Report report_of(std::size_t num_words, double entropy) {
  Report report;
  report.instruction = "红色 cup";
  report.main_view().grid = {640, 480, 32, 16, 32, 16, 16};
  for (std::size_t i = 0; i < num_words; ++i) {
    Word word;
    word.text = i % 2 == 0 ? "红色" : "cup";
    report.words.push_back(word);
    WordReading reading;
    reading.heat = {0.3F, 0.05F};
    reading.entropy = entropy;
    report.main_view().readings.push_back(reading);
  }
  report.target = Target{{320, 240}, {0, 0, 9, 9}, 0.5};
  return report;
}

}  // namespace

TEST_CASE("a curve runs through its values") {
  TimeSeries series(2);
  for (int i = 0; i <= 10; ++i) series.add(std::array{double(i), i / 10.0});
  Image image = white(101, 101);
  draw_curve(image, {0, 0, 101, 101}, {series, 1, {0, 10}, {0, 1}, kRed});
  for (const int x : {15, 50, 85}) {
    const std::vector<int> rows = inked_rows(image, x);
    REQUIRE_FALSE(rows.empty());
    CHECK(std::abs((rows.front() + rows.back()) / 2.0 - (100 - x)) <= 1);
    CHECK(rows.size() <= 8);
  }
}

TEST_CASE("an axis the other way round turns the curve round") {
  TimeSeries series(2);
  for (int i = 0; i <= 10; ++i) series.add(std::array{double(i), i / 10.0});
  Image image = white(101, 101);
  draw_curve(image, {0, 0, 101, 101}, {series, 1, {0, 10}, {1, 0}, kRed});
  CHECK(std::abs(inked_rows(image, 85).front() - 85) <= 4);
}

TEST_CASE("frames without a value interrupt the line") {
  TimeSeries series(2);
  for (int i = 0; i <= 100; ++i) series.add(std::array{double(i), i > 30 && i < 70 ? kNone : 0.5});
  Image image = white(101, 41);
  draw_curve(image, {0, 0, 101, 41}, {series, 1, {0, 100}, {0, 1}, kRed});
  CHECK_FALSE(inked_rows(image, 20).empty());
  CHECK(inked_rows(image, 50).empty());
  CHECK_FALSE(inked_rows(image, 80).empty());
}

TEST_CASE("many frames in a column: a band of their range, the mean in it") {
  TimeSeries series(2);
  for (int i = 0; i < 100'000; ++i) series.add(std::array{double(i), i % 10 == 0 ? 0.9 : 0.1});
  Image image = white(101, 101);
  draw_curve(image, {0, 0, 101, 101}, {series, 1, {0, 100'000}, {0, 1}, kRed});
  const std::vector<int> rows = inked_rows(image, 50);
  CHECK(rows.front() == 10);
  CHECK(rows.back() == 90);
  CHECK(rows.size() == 81);
  const auto darkest = std::ranges::min_element(rows, {}, [&](int y) { return image.pixel(50, y)[1]; });
  CHECK(std::abs(*darkest - (100 - 18)) <= 2);  // the mean is 0.18
}

TEST_CASE("values beyond the axis stay inside of the plot") {
  TimeSeries series(2);
  for (int i = 0; i <= 10; ++i) series.add(std::array{double(i), i % 2 == 0 ? -50.0 : 50.0});
  Image image = white(61, 61);
  draw_curve(image, {10, 10, 41, 41}, {series, 1, {0, 10}, {0, 1}, kRed});
  for (int x = 0; x < 61; ++x) {
    for (const int y : inked_rows(image, x)) {
      CHECK(y >= 7);  // the width of the line
      CHECK(y <= 53);
    }
  }
}

TEST_CASE("ticks are round and inside") {
  CHECK(round_ticks(0, 8, 6) == std::vector<double>{0, 2, 4, 6, 8});
  CHECK(round_ticks(0, 199, 6) == std::vector<double>{0, 50, 100, 150});
  CHECK(round_ticks(3, 3, 6) == std::vector<double>{3});
  for (const double most : {1e-6, 0.7, 12.0, 999.0, 1e9}) {
    const std::vector<double> ticks = round_ticks(0, most, 6);
    CHECK(ticks.size() >= 2);
    CHECK(ticks.size() <= 7);
    CHECK(ticks.back() <= most * (1 + 1e-5));
  }
  CHECK(round_share(0.03) == 0.05);
  CHECK(round_share(0.07) == 0.1);
  CHECK(round_share(0.41) == 0.6);
  CHECK(round_share(0.99) == 1);
}

TEST_CASE("the sheet keeps its size from one frame to thousands; each word is a row") {
  const Looks looks;
  int height = 0, of_one_word = 0;
  for (const int num_frames : {1, 2, 500, 20'000}) {
    CAPTURE(num_frames);
    Timeline timeline(report_of(2, 0), true);
    for (int i = 0; i < num_frames; ++i) timeline.add(report_of(2, 0.5), i / 25.0);
    const Image image = timeline.draw(looks, Labels("红色 cup"));
    if (height == 0) height = image.height;
    CHECK(image.height == height);
  }
  Timeline one(report_of(1, 0), false);
  one.add(report_of(1, 0.5), 0);
  of_one_word = one.draw(looks, Labels("红色")).height;
  CHECK(of_one_word < height);
}

TEST_CASE("the first 120 words are drawn, also without any font") {
  const test::NoFonts none;
  Timeline timeline(report_of(500, 0), false);
  timeline.add(report_of(500, 0.5), 0);
  Timeline fewer(report_of(120, 0), false);
  fewer.add(report_of(120, 0.5), 0);
  const Image image = timeline.draw({}, Labels("红色 cup"));
  CHECK(image.height == fewer.draw({}, Labels("红色 cup")).height);
}
