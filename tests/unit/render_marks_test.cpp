// What may be drawn over a map: lines between patches, the contour, the top patches.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "attnviz/render/pictures.hpp"

using namespace attnviz;

namespace {

const PatchGrid kGrid{128, 96, 128, 96, 128, 96, 32};  // 3 rows, 4 columns

Image plain_image(int width, int height, std::uint8_t value) {
  Image image(width, height);
  std::ranges::fill(image.rgb, value);
  return image;
}

// All weight on patches 5 and 6: the middle of the image.
WordReading middle_reading() {
  WordReading reading;
  reading.heat = std::vector<float>(12);
  reading.heat[5] = 0.6F;
  reading.heat[6] = 0.4F;
  reading.top = {{1, 5, 1, 1, 0.6, 0.6, kGrid.patch_box(5)}, {2, 6, 1, 2, 0.4, 1.0, kGrid.patch_box(6)}};
  return reading;
}

render::Looks clear_looks() {
  render::Looks looks;
  looks.alpha = 0;  // marks alone
  looks.interpolation = render::Interpolation::nearest;
  return looks;
}

// Where two pictures of one size differ.
std::set<std::pair<int, int>> changed(const Image& a, const Image& b) {
  std::set<std::pair<int, int>> pixels;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      if (!std::equal(a.pixel(x, y), a.pixel(x, y) + 3, b.pixel(x, y))) pixels.insert({x, y});
    }
  }
  return pixels;
}

Image drawn(const Image& image, const WordReading& reading, const render::Looks& looks) {
  return render::word_picture(image, kGrid, reading, 0.6, looks, render::Labels("1"));
}

}  // namespace

TEST_CASE("without marks the picture is the overlay, fainter by the share of nothing") {
  const Image image = plain_image(128, 96, 40);
  WordReading reading = middle_reading();
  render::Looks looks;
  CHECK(drawn(image, reading, looks).rgb == render::overlay(image, reading.heat, kGrid, 0.6, looks).rgb);
  reading.nothing = 1;
  CHECK(drawn(image, reading, looks).rgb == image.rgb);
  reading.nothing = 0.5;
  looks.alpha = 0.8;
  const Image half = drawn(image, reading, looks);
  looks.alpha = 0.4;
  CHECK(half.rgb == render::overlay(image, reading.heat, kGrid, 0.6, looks).rgb);
}

TEST_CASE("lines stand between patches and nowhere else") {
  const Image image = plain_image(128, 96, 20);
  render::Looks looks = clear_looks();
  looks.grid = true;
  for (const auto& [x, y] : changed(image, drawn(image, middle_reading(), looks))) {
    CHECK((x % 32 == 0 || y % 32 == 0));
  }
  const Image picture = drawn(image, middle_reading(), looks);
  for (const auto& [x, y] : {std::pair{32, 5}, {64, 50}, {96, 90}, {5, 32}, {100, 64}}) {
    CHECK(picture.pixel(x, y)[0] > image.pixel(x, y)[0]);
  }
  CHECK(picture.pixel(0, 10)[0] == 20);  // the image's own edge is no boundary between patches
}

TEST_CASE("lines that would cover the picture are left out") {
  const PatchGrid tiny{12, 9, 128, 96, 128, 96, 32};  // patches of 3 pixels
  const Image image = plain_image(12, 9, 20);
  render::Looks looks = clear_looks();
  looks.grid = true;
  CHECK(render::word_picture(image, tiny, middle_reading(), 0.6, looks, render::Labels("1")).rgb == image.rgb);
}

TEST_CASE("the contour runs around what has half of the highest weight") {
  const Image image = plain_image(128, 96, 128);
  render::Looks looks = clear_looks();
  looks.contour = true;
  const Image picture = drawn(image, middle_reading(), looks);  // 0.4 is more than half of 0.6: both patches
  const auto pixels = changed(image, picture);
  REQUIRE_FALSE(pixels.empty());
  for (const auto& [x, y] : pixels) {
    CHECK((x >= 31 && x <= 96 && y >= 31 && y <= 64));
    CHECK_FALSE((x >= 33 && x <= 94 && y >= 33 && y <= 62));
  }
  CHECK(picture.pixel(32, 48)[0] == 255);  // light inside of the edge, dark outside
  CHECK(picture.pixel(31, 48)[0] == 0);
  CHECK(picture.pixel(95, 48)[0] == 255);
  CHECK(picture.pixel(96, 48)[0] == 0);
}

TEST_CASE("no contour without weight, none along the picture's edge") {
  const Image image = plain_image(128, 96, 128);
  render::Looks looks = clear_looks();
  looks.contour = true;
  WordReading reading = middle_reading();
  reading.heat.assign(12, 0);
  CHECK(drawn(image, reading, looks).rgb == image.rgb);
  reading.heat.assign(12, 1.0F / 12);
  CHECK(drawn(image, reading, looks).rgb == image.rgb);
}

TEST_CASE("the top patches are framed, with their ranks inside") {
  const Image image = plain_image(128, 96, 128);
  render::Looks looks = clear_looks();
  looks.boxes = true;
  const Image picture = drawn(image, middle_reading(), looks);
  CHECK(picture.pixel(32, 48)[0] == 255);
  CHECK(picture.pixel(95, 48)[0] == 255);
  const auto pixels = changed(image, picture);
  for (const auto& [x, y] : pixels) CHECK((x >= 31 && x <= 96 && y >= 31 && y <= 64));
  const auto inside = [&](int left) {
    return std::ranges::count_if(pixels, [left](const std::pair<int, int>& at) {
      return at.first > left + 4 && at.first < left + 28 && at.second > 36 && at.second < 60;
    });
  };
  CHECK(inside(32) > 10);
  CHECK(inside(64) > 10);
}
