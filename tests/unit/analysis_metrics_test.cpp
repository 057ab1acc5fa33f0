#include <doctest/doctest.h>

#include "attnviz/analysis/metrics.hpp"

using namespace attnviz;
using namespace attnviz::analysis;

namespace {

// 40 x 20 pixels of image at twice their size: 80 x 40 of content in 96 x 64 of input, 6 x 4 patches of 16.
PatchGrid double_grid() { return {40, 20, 96, 64, 80, 40, 16}; }

}  // namespace

TEST_CASE("a region is the union of its boxes, cut at the image") {
  const Region region(40, 20, std::vector<Box>{{-5, -5, 10, 10}, {5, 5, 15, 10}, {38, 18, 100, 100}});
  CHECK(region.area() == 100 + 25 + 4);
  CHECK(region.contains({0, 0}));
  CHECK(region.contains({14.9, 9.9}));
  CHECK_FALSE(region.contains({15, 9}));
  CHECK_FALSE(region.contains({-1, 0}));
  CHECK_FALSE(region.contains({40, 20}));
  CHECK(region.share_of_image() == doctest::Approx(129.0 / 800));
}

TEST_CASE("a box cuts pixels by the part inside") {
  const Region region(4, 4, std::vector<Box>{{1, 1, 3, 3}});
  CHECK(region.area_in({0, 0, 4, 4}) == 4);
  CHECK(region.area_in({1.25, 1.5, 3.5, 4}) == doctest::Approx(1.75 * 1.5));
  CHECK(region.area_in({0, 0, 1, 1}) == 0);
  CHECK(region.area_in({2, 2, 2, 2}) == 0);
  CHECK(region.area_in({-10, -10, 10, 1.5}) == doctest::Approx(1.0));
}

TEST_CASE("a mask and the box of the same pixels are the same region") {
  std::vector<std::uint8_t> mask(12);
  mask[5] = mask[6] = 255;
  CHECK(Region(4, 3, mask) == Region(4, 3, std::vector<Box>{{1, 1, 3, 2}}));
}

TEST_CASE("coverage counts the part of a patch that has content") {
  const PatchGrid grid = double_grid();
  const Region everything(40, 20, std::vector<Box>{{0, 0, 40, 20}});
  const std::vector<double> full = patch_coverage(everything, grid);
  CHECK(full[0] == doctest::Approx(1));
  CHECK(full[4] == doctest::Approx(1));      // the last column with content
  CHECK(full[2 * 6] == doctest::Approx(1));  // half of this row is padding
  CHECK(full[5] == 0);
  CHECK(full[3 * 6] == 0);
  const Region half(40, 20, std::vector<Box>{{0, 0, 4, 20}});
  CHECK(patch_coverage(half, grid)[0] == doctest::Approx(0.5));
}

TEST_CASE("mass, pointing and iou of a map on its region") {
  const PatchGrid grid = double_grid();
  const Region region(40, 20, std::vector<Box>{{0, 0, 8, 8}, {8, 0, 16, 4}});  // patch 0 and half of patch 1
  std::vector<float> heat(24);
  heat[0] = 0.5F;
  heat[1] = 0.3F;
  heat[8] = 0.2F;
  CHECK(mass(heat, patch_coverage(region, grid)) == doctest::Approx(0.5 + 0.15));
  CHECK(pointing(heat, region, grid));
  // Lit at half the maximum: patches 0 and 1, 128 pixels, of which 96 are the region's 96.
  CHECK(half_maximum_iou(heat, region, grid) == doctest::Approx(96.0 / 128));
}

TEST_CASE("ties of pointing go to the lowest patch") {
  const PatchGrid grid = double_grid();
  std::vector<float> heat(24);
  heat[2] = heat[8] = 0.5F;
  CHECK(pointing(heat, Region(40, 20, std::vector<Box>{{16, 0, 24, 8}}), grid));
  CHECK_FALSE(pointing(heat, Region(40, 20, std::vector<Box>{{16, 8, 24, 16}}), grid));
}

TEST_CASE("separation is how often one of the high values is above one of the low ones") {
  CHECK(separation({0.9, 0.8}, {0.1, 0.2, 0.3}) == 1);
  CHECK(separation({0.1}, {0.9, 0.8}) == 0);
  CHECK(separation({0.5}, {0.5}) == 0.5);
  CHECK(separation({0.5, 0.7}, {0.6, 0.5, 0.1, 0.9}) == doctest::Approx((1.5 + 3) / 8));
}
