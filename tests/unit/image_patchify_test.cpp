// The grid against a plain search, and the model input against means computed by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "attnviz/image/patchify.hpp"
#include "support/image_files.hpp"

using namespace attnviz;

namespace {

using Wide = __int128;

Wide ceil_div(Wide a, Wide b) { return (a + b - 1) / b; }

// The definition taken literally: of all scales n / 2^20 steps none above the grid's own may fit the budget.
bool fits(int width, int height, Wide numerator, Wide denominator, int unit, int cells) {
  return ceil_div(width * numerator, denominator * unit) * ceil_div(height * numerator, denominator * unit) <= cells;
}

void check_grid(int width, int height, int patch_px, int budget) {
  CAPTURE(width);
  CAPTURE(height);
  CAPTURE(budget);
  const PatchGrid grid = image::plan_grid(width, height, patch_px, budget);
  const int unit = 2 * patch_px;
  const int cells = std::max(budget, 4) / 4;
  const int cell_cols = grid.input_width / unit, cell_rows = grid.input_height / unit;
  CHECK(grid.input_width % unit == 0);
  CHECK(grid.input_height % unit == 0);
  CHECK(cell_cols * cell_rows <= cells);
  CHECK(grid.num_patches() <= std::max(budget, 4));
  CHECK(grid.content_width >= 1);
  CHECK(grid.content_height >= 1);
  CHECK(grid.content_width <= grid.input_width);
  CHECK(grid.content_height <= grid.input_height);
  CHECK(grid.content_width <= static_cast<long>(width) * patch_px);

  // The scale is patch_px, or the one at which a side fills its squares exactly.
  const bool capped = fits(width, height, patch_px, 1, unit, cells);
  Wide numerator = patch_px, denominator = 1;
  if (!capped) {
    const bool by_width = static_cast<Wide>(grid.input_width) * height <= static_cast<Wide>(grid.input_height) * width;
    numerator = by_width ? grid.input_width : grid.input_height;
    denominator = by_width ? width : height;
    CHECK(fits(width, height, numerator, denominator, unit, cells));
    // A hair more would not fit.
    CHECK_FALSE(fits(width, height, numerator * 1'000'000'000 + 1, denominator * 1'000'000'000, unit, cells));
  }
  const auto within_half = [&](int content, int side) {
    const Wide twice_error = 2 * (content * denominator - side * numerator);
    const bool even_tie = content % 2 == 0 || (twice_error != denominator && twice_error != -denominator);
    return content == 1 || (twice_error <= denominator && twice_error >= -denominator && even_tie);
  };
  CHECK(within_half(grid.content_width, width));
  CHECK(within_half(grid.content_height, height));
}

}  // namespace

TEST_CASE("patches of an image at its own size, within bounds") {
  const PatchRange bounds{288, 784};
  CHECK(image::default_patches(448, 448, 16, bounds) == 784);
  CHECK(image::default_patches(320, 320, 16, bounds) == 400);
  CHECK(image::default_patches(321, 320, 16, bounds) == 440);  // 11 x 10 squares
  CHECK(image::default_patches(224, 224, 16, bounds) == 288);
  CHECK(image::default_patches(1, 1, 16, bounds) == 288);
  CHECK(image::default_patches(20000, 20000, 16, bounds) == 784);
}

TEST_CASE("grids of well-known sizes") {
  const PatchGrid wide = image::plan_grid(640, 480, 16, 400);  // 11 x 9 squares of 100
  CHECK(wide.input_width == 352);
  CHECK(wide.input_height == 288);
  CHECK(wide.content_width == 352);
  CHECK(wide.content_height == 264);
  CHECK(wide.cols() == 22);
  CHECK(wide.rows() == 18);
  const PatchGrid square = image::plan_grid(1000, 1000, 16, 400);
  CHECK(square.input_width == 320);
  CHECK(square.content_height == 320);
  const PatchGrid tiny = image::plan_grid(1, 1, 16, 400);
  CHECK(tiny.input_width == 32);
  CHECK(tiny.content_width == 16);
  CHECK(tiny.has_content(0));
  CHECK_FALSE(tiny.has_content(1));
  CHECK(image::plan_grid(47, 64, 16, 400).content_width == 258);  // 258.5: halves go to the even side
  const PatchGrid thread = image::plan_grid(3, 100000, 16, 400);
  CHECK(thread.content_width == 1);
  CHECK(thread.content_height == 3200);
  CHECK(thread.cols() == 2);
}

TEST_CASE("no larger scale fits, for any shape and budget") {
  for (const auto& [width, height] : {std::pair{1, 1},
                                      {3, 1000},
                                      {1000, 3},
                                      {640, 480},
                                      {481, 641},
                                      {4000, 3000},
                                      {100000, 3},
                                      {2, 1},
                                      {7, 7},
                                      {320, 320},
                                      {14000, 14000}}) {
    for (const int budget : {0, 4, 7, 64, 196, 400, 576, 4096}) check_grid(width, height, 16, budget);
  }
  std::minstd_rand random(3);
  for (int round = 0; round < 2000; ++round) {
    check_grid(1 + static_cast<int>(random() % 3000), 1 + static_cast<int>(random() % 3000),
               1 + static_cast<int>(random() % 32), static_cast<int>(random() % 1200));
  }
}

TEST_CASE("budgets beyond the limit count as the limit") {
  const PatchGrid grid = image::plan_grid(20000, 10000, 16, 2'000'000'000);
  CHECK(grid.num_patches() <= image::kMaxPatches);
  CHECK(grid.num_patches() > image::kMaxPatches / 2);
}

TEST_CASE("the input is the area mean of the pixels, normalised, and zero in the padding") {
  const Image image = test::coordinates_image(640, 480);
  // Half size: each input pixel is the mean of 2 x 2 pixels.
  const PatchGrid grid{640, 480, 352, 256, 320, 240, 16};
  const std::array<float, 3> mean{10, 20, 30}, std{2, 4, 8};
  const Matrix input = image::make_input(image, grid, mean, std);
  REQUIRE(input.rows() == 352 * 256);
  REQUIRE(input.cols() == 3);
  for (const auto& [x, y] : {std::pair{0, 0}, {319, 0}, {0, 239}, {319, 239}, {100, 37}}) {
    for (int c = 0; c < 3; ++c) {
      float sum = 0;
      for (const auto& [dx, dy] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}})
        sum += image.pixel(2 * x + dx, 2 * y + dy)[c];
      const float pixel =
          input(static_cast<std::size_t>(y * 352 + x), static_cast<std::size_t>(c)) * std[static_cast<std::size_t>(c)] +
          mean[static_cast<std::size_t>(c)];
      CHECK(std::abs(pixel - sum / 4) <= 0.5F + 1e-4F);
    }
  }
  for (const auto& [x, y] : {std::pair{320, 0}, {351, 255}, {0, 240}, {319, 240}}) {
    for (std::size_t c = 0; c < 3; ++c) CHECK(input(static_cast<std::size_t>(y * 352 + x), c) == 0.0F);
  }
}

TEST_CASE("an image of the content's size passes through unchanged") {
  const Image image = test::coordinates_image(320, 320);
  const Matrix input = image::make_input(image, image::plan_grid(320, 320, 16, 400), {0, 0, 0}, {1, 1, 1});
  REQUIRE(input.rows() == 320 * 320);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) REQUIRE(input.data()[i] == static_cast<float>(image.rgb[i]));
}

TEST_CASE("tiny images are enlarged, and endless ones shrunk") {
  for (const auto& [width, height] : {std::pair{1, 1}, {2, 3}, {3, 100000}, {100000, 3}}) {
    Image image(width, height);
    std::fill(image.rgb.begin(), image.rgb.end(), std::uint8_t{77});
    const PatchGrid grid = image::plan_grid(width, height, 16, 400);
    const Matrix input = image::make_input(image, grid, {0, 0, 0}, {1, 1, 1});
    double sum = 0;
    for (std::size_t i = 0; i < input.rows() * 3; ++i) sum += input.data()[i];
    CHECK(sum == doctest::Approx(77.0 * 3 * grid.content_width * grid.content_height));
  }
}
