// Sheets of video frames: one layout for all, even sides.
#include <doctest/doctest.h>

#include <tuple>
#include <utility>
#include <vector>

#include "attnviz/image/patchify.hpp"
#include "attnviz/render/pictures.hpp"

using namespace attnviz;
using namespace attnviz::render;

namespace {

Report report_of(const Image& image, std::size_t num_words) {
  Report report;
  report.instruction = "red cup";
  report.main_view().grid = image::plan_grid(image.width, image.height, 16, 24);
  for (std::size_t i = 0; i < num_words; ++i) {
    report.words.push_back({});
    report.words.back().text = "cup";
    WordReading reading;
    reading.heat.assign(static_cast<std::size_t>(report.main_view().grid.num_patches()), 0.0F);
    reading.heat[0] = 1;
    report.main_view().readings.push_back(reading);
  }
  return report;
}

}  // namespace

TEST_CASE("whatever a frame's size, its sheet has that of the first, with even sides") {
  const Labels labels("red cup");
  for (const auto& [first_width, first_height] :
       std::vector<std::pair<int, int>>{{640, 480}, {97, 143}, {1, 1}, {2000, 3}}) {
    for (const std::size_t num_words : {1, 2, 5}) {
      const FramePlace place{0, 0.5, first_width, first_height};
      int width = 0, height = 0;
      for (const auto& [w, h] :
           std::vector<std::pair<int, int>>{{first_width, first_height}, {480, 640}, {31, 17}, {1, 300}, {900, 2}}) {
        const Image image(w, h);
        const Image sheet = frame_sheet(image, place, report_of(image, num_words), {}, labels);
        if (width == 0) std::tie(width, height) = std::pair{sheet.width, sheet.height};
        CHECK(sheet.width == width);
        CHECK(sheet.height == height);
      }
      CHECK(width % 2 == 0);
      CHECK(height % 2 == 0);
    }
  }
}

TEST_CASE("a frame in another frame's place: black around it, shrunk only where it is larger") {
  Image small(4, 2);
  for (std::uint8_t& value : small.rgb) value = 200;
  const Image placed = framed(small, 8, 6);
  CHECK(placed.width == 8);
  CHECK(placed.height == 6);
  CHECK(placed.pixel(2, 2)[0] == 200);
  CHECK(placed.pixel(5, 3)[0] == 200);
  CHECK(placed.pixel(1, 2)[0] == 0);
  CHECK(placed.pixel(2, 4)[0] == 0);
  Image large(80, 20);
  for (std::uint8_t& value : large.rgb) value = 200;
  const Image shrunk = framed(large, 8, 6);
  CHECK(shrunk.pixel(0, 3)[0] == 200);
  CHECK(shrunk.pixel(0, 0)[0] == 0);
  CHECK(framed(Image(1, 5000), 8, 6).width == 8);
}
