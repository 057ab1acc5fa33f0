#include <doctest/doctest.h>

#include <map>
#include <set>
#include <tuple>

#include "attnviz/render/patch_sheet.hpp"
#include "support/no_fonts.hpp"

using namespace attnviz;

namespace {

// 64 x 64 pixels, 2 x 2 patches.
constexpr PatchGrid kGrid{64, 64, 32, 32, 32, 32, 16};

ViewReading view_of(const std::vector<std::vector<float>>& heats) {
  ViewReading view;
  view.grid = kGrid;
  for (const std::vector<float>& heat : heats) {
    view.readings.emplace_back();
    view.readings.back().heat = heat;
  }
  return view;
}

std::vector<int> pixel(const Image& image, int x, int y) {
  return {image.pixel(x, y)[0], image.pixel(x, y)[1], image.pixel(x, y)[2]};
}

std::vector<int> channels(render::Colour colour) { return {colour.r, colour.g, colour.b}; }

render::Looks plain_looks() {
  render::Looks looks;
  looks.alpha = 1;
  looks.interpolation = render::Interpolation::nearest;
  return looks;
}

}  // namespace

TEST_CASE("each patch has the colour of its word, and none where nobody looks") {
  const Image black(64, 64);
  const Image picture = render::patch_picture(black, view_of({{1, 0, 0, 0}, {0, 0.6F, 0.4F, 0}}), plain_looks());
  CHECK(pixel(picture, 5, 5) == channels(render::word_colour(0)));
  CHECK(pixel(picture, 40, 5) == channels(render::word_colour(1)));
  CHECK(pixel(picture, 5, 40) != channels(render::word_colour(1)));  // less weight, less cover
  const std::vector<int> pale = pixel(picture, 40, 40);
  CHECK(pixel(picture, 5, 40) != pale);
  CHECK((pale[0] == pale[1] && pale[1] == pale[2] && pale[0] > 50));  // black, drawn pale
}

TEST_CASE("a word that looks at nothing claims no patch") {
  ViewReading view = view_of({{0.25F, 0.25F, 0.25F, 0.25F}, {0, 0, 0, 1}});
  view.readings[1].nothing = 0.99;
  const Image picture = render::patch_picture(Image(64, 64), view, plain_looks());
  CHECK(pixel(picture, 40, 40) == channels(render::word_colour(0)));
}

TEST_CASE("what a crop leaves out is half as bright") {
  ViewReading view = view_of({{1, 1, 1, 1}});
  view.grid.content_left = -16;  // a quarter of the image at either side
  view.grid.content_width = 64;
  const std::vector<int> pale =
      pixel(render::patch_picture(Image(64, 64), view_of({{1, 0, 0, 0}}), plain_looks()), 40, 40);
  const Image picture = render::patch_picture(Image(64, 64), view, plain_looks());
  CHECK(pixel(picture, 16, 0) == channels(render::word_colour(0)));
  CHECK(pixel(picture, 47, 63) == channels(render::word_colour(0)));
  for (const int x : {0, 15, 48, 63}) CHECK(pixel(picture, x, 30)[0] == doctest::Approx(pale[0] / 2.0).epsilon(0.02));
}

TEST_CASE("forty words have forty colours") {
  std::set<std::tuple<int, int, int>> colours;
  for (std::size_t word = 0; word < 40; ++word) {
    const render::Colour colour = render::word_colour(word);
    colours.insert({colour.r, colour.g, colour.b});
  }
  CHECK(colours.size() == 40);
}

TEST_CASE("the sheet holds a section a view, for any shape of image") {
  const test::NoFonts no_fonts;
  for (const auto& [width, height] : {std::pair{64, 64}, {1, 900}, {900, 1}}) {
    Report report;
    report.views.front() = view_of({{1, 0, 0, 0}});
    report.views.front().grid.image_width = width;
    report.views.front().grid.image_height = height;
    report.words.resize(1);
    report.words[0].text = "cup";
    const Image one = render::patch_sheet({Image(width, height)}, report, {}, render::Labels("cup"));
    report.views.push_back(report.views.front());
    const Image two =
        render::patch_sheet({Image(width, height), Image(width, height)}, report, {}, render::Labels("cup"));
    CHECK(two.height == 2 * one.height);
    CHECK(one.height <= 900);
    CHECK(one.width <= 1100);
  }
}

TEST_CASE("each of 64 words has its line in the legend, whatever the picture's shape") {
  const test::NoFonts no_fonts;
  for (const auto& [width, height] : {std::pair{64, 48}, {30, 600}, {600, 30}, {8, 8}}) {
    CAPTURE(width);
    Report report;
    report.views.front() = view_of({{1, 0, 0, 0}});
    report.views.front().readings.resize(64, report.views.front().readings.front());
    report.views.front().grid.image_width = width;
    report.views.front().grid.image_height = height;
    report.words.resize(64);
    const Image sheet = render::patch_sheet({Image(width, height)}, report, {}, render::Labels(""));
    CHECK(sheet.width <= 2400);
    CHECK(sheet.height <= 1200);
    std::map<std::tuple<int, int, int>, int> found;
    for (std::size_t i = 0; i < sheet.rgb.size(); i += 3) ++found[{sheet.rgb[i], sheet.rgb[i + 1], sheet.rgb[i + 2]}];
    for (std::size_t word = 0; word < 64; ++word) {
      const render::Colour colour = render::word_colour(word);
      const int pixels = found[{colour.r, colour.g, colour.b}];
      CHECK(pixels >= 16 * 16);
    }
  }
}
