// Resizing against Pillow, to the bit (make_resample_fixture.py), and the patches that models of others are given.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "attnviz/image/patchify.hpp"
#include "attnviz/image/resample.hpp"
#include "support/fixture.hpp"

using namespace attnviz;

TEST_CASE("resampled images are Pillow's") {
  const test::Fixture fixture("resample.safetensors");
  const std::map<std::string, image::Filter> filters{
      {"bilinear", image::Filter::bilinear}, {"bicubic", image::Filter::bicubic}, {"lanczos", image::Filter::lanczos}};
  for (int number = 0; number < 7; ++number) {
    CAPTURE(number);
    const Image from = fixture.image(std::to_string(number) + ".image");
    for (const auto& [name, filter] : filters) {
      CAPTURE(name);
      const Image expected = fixture.image(std::to_string(number) + "." + name);
      const Image resampled = image::resample(from, expected.width, expected.height, filter);
      CHECK(resampled.rgb == expected.rgb);
    }
  }
}

TEST_CASE("patches hold the pixels in the order of a convolution's weights; padding is zero") {
  Image whole(6, 4);  // 4 px a patch: two columns, the second half empty
  for (std::size_t i = 0; i < whole.rgb.size(); ++i) whole.rgb[i] = static_cast<std::uint8_t>(i);
  const PatchGrid grid{6, 4, 8, 4, 6, 4, 4};
  const Matrix patches = image::make_patches(whole, grid, {image::Filter::bicubic, 0.5F, {1, 2, 3}, {2, 4, 8}});
  REQUIRE(patches.rows() == 2);
  REQUIRE(patches.cols() == 48);
  const auto at = [&](std::size_t patch, std::size_t channel, std::size_t y, std::size_t x) {
    return patches(patch, channel * 16 + y * 4 + x);
  };
  CHECK(at(0, 0, 0, 0) == -0.5F);
  CHECK(at(0, 2, 1, 3) == (static_cast<float>(*(whole.pixel(3, 1) + 2)) * 0.5F - 3) / 8);
  CHECK(at(1, 1, 3, 1) == (static_cast<float>(*(whole.pixel(5, 3) + 1)) * 0.5F - 2) / 4);
  CHECK(at(1, 1, 3, 2) == 0);
}

TEST_CASE("a grid of single patches has a square image's own number of them") {
  const PatchGrid square = image::plan_grid(500, 500, 16, 196, 1);
  CHECK(square.rows() == 14);
  CHECK(square.content_width == 224);
  CHECK(square.content_height == 224);
  const PatchGrid wide = image::plan_grid(640, 480, 16, 196, 1);
  CHECK(wide.cols() == 16);
  CHECK(wide.rows() == 12);
  CHECK(wide.content_height == 192);
}
