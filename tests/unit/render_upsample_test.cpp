// Weights at pixels: exact at the patch centres, bounded, and untouched by the padding.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <random>
#include <stdexcept>

#include "attnviz/render/pictures.hpp"

using namespace attnviz;
using render::Interpolation;

namespace {

// 4 x 3 patches of 16 with content up to (50, 40): the last column is cut to 2, the last row to 8; a fifth column and a
// fourth row are padding. Each input pixel is 2 x 2 image pixels.
const PatchGrid kGrid{100, 80, 80, 64, 50, 40, 16};

std::vector<float> random_heat(float padding) {
  std::minstd_rand random(11);
  std::vector<float> heat(static_cast<std::size_t>(kGrid.num_patches()), padding);
  for (int patch = 0; patch < kGrid.num_patches(); ++patch) {
    if (kGrid.has_content(patch)) heat[static_cast<std::size_t>(patch)] = static_cast<float>(random() % 1000) / 1000;
  }
  return heat;
}

float at(const std::vector<float>& values, double x, double y) {
  return values[static_cast<std::size_t>(y) * 100 + static_cast<std::size_t>(x)];
}

}  // namespace

TEST_CASE("every patch shows its own weight at its centre") {
  const std::vector<float> heat = random_heat(0);
  const std::vector<float> nearest = render::upsample(heat, kGrid, Interpolation::nearest);
  const std::vector<float> linear = render::upsample(heat, kGrid, Interpolation::linear);
  const std::vector<float> cubic = render::upsample(heat, kGrid, Interpolation::cubic);
  for (int patch = 0; patch < kGrid.num_patches(); ++patch) {
    if (!kGrid.has_content(patch)) continue;
    CAPTURE(patch);
    const Box box = kGrid.patch_box(patch);
    // Centres lie on corners of pixels: the four around them.
    const double x = (box.x0 + box.x1) / 2, y = (box.y0 + box.y1) / 2;
    const float weight = heat[static_cast<std::size_t>(patch)];
    for (const std::vector<float>* values : {&linear, &cubic}) {
      const float mean =
          (at(*values, x, y) + at(*values, x - 1, y) + at(*values, x, y - 1) + at(*values, x - 1, y - 1)) / 4;
      CHECK(std::abs(mean - weight) < 0.04);
    }
    CHECK(at(nearest, x, y) == weight);
    CHECK(at(nearest, box.x0, box.y0) == weight);
    CHECK(at(nearest, box.x1 - 1, box.y1 - 1) == weight);
  }
}

TEST_CASE("values between two centres are linear") {
  std::vector<float> heat(static_cast<std::size_t>(kGrid.num_patches()));
  for (std::size_t row = 0; row < 4; ++row) heat[row * 5 + 1] = 1;  // a column of ones
  const std::vector<float> values = render::upsample(heat, kGrid, Interpolation::linear);
  for (int x = 16; x < 48; ++x) CHECK(at(values, x, 30) == doctest::Approx((x + 0.5 - 16) / 32).epsilon(1e-5));
  CHECK(at(values, 15, 30) == 0);
}

TEST_CASE("nothing leaves the range of the weights") {
  const std::vector<float> heat = random_heat(0);
  const float top = *std::max_element(heat.begin(), heat.end());
  for (const auto interpolation : {Interpolation::nearest, Interpolation::linear, Interpolation::cubic}) {
    const std::vector<float> values = render::upsample(heat, kGrid, interpolation);
    REQUIRE(values.size() == 8000);
    CHECK(*std::min_element(values.begin(), values.end()) >= 0);
    CHECK(*std::max_element(values.begin(), values.end()) <= top);
    const std::vector<float> even = render::upsample(std::vector<float>(heat.size(), 0.25F), kGrid, interpolation);
    for (const float value : even) REQUIRE(value == doctest::Approx(0.25F));
  }
}

TEST_CASE("one patch's weight shows up to its neighbours' centres and no further") {
  std::vector<float> heat(static_cast<std::size_t>(kGrid.num_patches()));
  heat[1 * 5 + 1] = 1;  // its box is [32, 64) x [32, 64), its neighbours' centres lie 32 pixels from its own
  for (const auto interpolation : {Interpolation::linear, Interpolation::cubic}) {
    const std::vector<float> values = render::upsample(heat, kGrid, interpolation);
    for (int y = 0; y < 80; ++y) {
      for (int x = 0; x < 100; ++x) {
        const bool beyond = x < 16 || x >= 80 || y < 16 || y >= 72;
        CHECK((at(values, x, y) == 0) == beyond);
      }
    }
  }
}

TEST_CASE("padding never bleeds into the picture") {
  for (const auto interpolation : {Interpolation::nearest, Interpolation::linear, Interpolation::cubic}) {
    CHECK(render::upsample(random_heat(0), kGrid, interpolation) ==
          render::upsample(random_heat(0.5F), kGrid, interpolation));
  }
}

TEST_CASE("heat of another grid is a programmer's mistake") {
  CHECK_THROWS_AS(render::upsample({1, 2, 3}, kGrid, Interpolation::linear), std::logic_error);
  PatchGrid cut = kGrid;  // the content reaches into columns that are no whole patches
  cut.input_width = cut.content_width = 90;
  CHECK(cut.num_patches() == kGrid.num_patches());
  CHECK_THROWS_AS(render::upsample(random_heat(0), cut, Interpolation::linear), std::logic_error);
}
