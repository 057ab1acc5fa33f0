// The map between patches and original pixels: exact, invertible, and without gaps or overlaps.
#include <doctest/doctest.h>

#include <initializer_list>

#include "attnviz/core/patch_grid.hpp"

using namespace attnviz;

namespace {

const PatchGrid kGrids[] = {
    {640, 480, 352, 288, 352, 264, 16}, {481, 641, 288, 352, 264, 352, 16}, {1, 1, 32, 32, 16, 16, 16},
    {3, 1000, 32, 3200, 10, 3200, 16},  {1000, 3, 3200, 32, 3200, 10, 16},  {4000, 3000, 352, 288, 352, 264, 16},
    {100000, 3, 3200, 32, 3200, 1, 16},
};

}  // namespace

TEST_CASE("points map there and back") {
  for (const PatchGrid& grid : kGrids) {
    for (const Point point : {Point{0, 0}, {0.5, 0.5}, {grid.image_width / 3.0, grid.image_height * 0.9}}) {
      const Point back = grid.to_image(grid.to_input(point));
      CHECK(back.x == doctest::Approx(point.x).epsilon(1e-12));
      CHECK(back.y == doctest::Approx(point.y).epsilon(1e-12));
    }
    const Point corner = grid.to_input({static_cast<double>(grid.image_width), static_cast<double>(grid.image_height)});
    CHECK(corner.x == grid.content_width);
    CHECK(corner.y == grid.content_height);
  }
}

TEST_CASE("the boxes of the patches tile the image exactly") {
  for (const PatchGrid& grid : kGrids) {
    double area = 0;
    for (int patch = 0; patch < grid.num_patches(); ++patch) {
      const Box box = grid.patch_box(patch);
      CHECK(grid.has_content(patch) == (box.area() > 0));
      area += box.area();
      if (!grid.has_content(patch)) continue;
      // Neighbours share their edges to the last bit, the outer edges are the image's.
      if (grid.col_of(patch) > 0) CHECK(grid.patch_box(patch - 1).x1 == box.x0);
      if (grid.row_of(patch) > 0) CHECK(grid.patch_box(patch - grid.cols()).y1 == box.y0);
      if (grid.col_of(patch) == 0) CHECK(box.x0 == 0);
      if ((grid.col_of(patch) + 1) * grid.patch_px >= grid.content_width) CHECK(box.x1 == grid.image_width);
      if ((grid.row_of(patch) + 1) * grid.patch_px >= grid.content_height) CHECK(box.y1 == grid.image_height);
      const Point centre{(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2};
      CHECK(grid.patch_at(centre) == patch);
    }
    CHECK(area == doctest::Approx(static_cast<double>(grid.image_width) * grid.image_height).epsilon(1e-9));
  }
}

TEST_CASE("the patch under a point has content, at every corner") {
  for (const PatchGrid& grid : kGrids) {
    const double right = grid.image_width - 1e-9, bottom = grid.image_height - 1e-9;
    CHECK(grid.patch_at({0, 0}) == 0);
    for (const Point corner : {Point{right, 0}, {0, bottom}, {right, bottom}}) {
      const int patch = grid.patch_at(corner);
      CHECK(grid.has_content(patch));
    }
  }
}

TEST_CASE("boxes meet, touch or miss") {
  const Box box{0, 0, 4, 3};
  CHECK(intersect(box, {2, 1, 9, 9}).area() == 4);
  CHECK(intersect(box, {4, 0, 5, 3}).area() == 0);
  CHECK(intersect(box, {7, 7, 8, 8}).area() == 0);
  CHECK(box.contains({0, 0}));
  CHECK_FALSE(box.contains({4, 0}));
}

TEST_CASE("an image anywhere in the input: boxes tile what is seen") {
  // Letterboxed, padded at left and top, cropped, cropped on all sides, stretched.
  const PatchGrid grids[] = {
      {640, 480, 224, 224, 224, 168, 14, 0, 28},  {640, 480, 512, 512, 512, 384, 64, 0, 128},
      {640, 480, 336, 336, 448, 336, 14, -56, 0}, {500, 375, 96, 80, 190, 131, 16, -50, -13},
      {333, 1000, 384, 384, 384, 384, 16, 0, 0},
  };
  for (const PatchGrid& grid : grids) {
    const Box seen = grid.seen();
    double area = 0;
    for (int patch = 0; patch < grid.num_patches(); ++patch) {
      const Box box = grid.patch_box(patch);
      CHECK(grid.has_content(patch) == (box.area() > 0));
      area += box.area();
      if (!grid.has_content(patch)) continue;
      CHECK(grid.patch_at({(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2}) == patch);
    }
    CHECK(area == doctest::Approx(seen.area()).epsilon(1e-9));
    const Point back = grid.to_image(grid.to_input({100.5, 200.25}));
    CHECK(back.x == doctest::Approx(100.5).epsilon(1e-12));
    CHECK(back.y == doctest::Approx(200.25).epsilon(1e-12));
  }
  const Box crop = grids[2].seen();  // 336 of 448 columns: the middle 480 of 640 pixels
  CHECK(crop.x0 == 80);
  CHECK(crop.x1 == 560);
  CHECK(crop.y0 == 0);
  CHECK(crop.y1 == 480);
  CHECK(grids[0].seen().x1 == 640);
  CHECK(grids[0].seen().y1 == 480);
  CHECK_FALSE(grids[0].has_content(0));
  CHECK(grids[0].has_content(2 * 16));
}
