#include "attnviz/core/patch_grid.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace attnviz {

Box intersect(const Box& a, const Box& b) {
  Box both{std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1), std::min(a.y1, b.y1)};
  both.x1 = std::max(both.x0, both.x1);
  both.y1 = std::max(both.y0, both.y1);
  return both;
}

bool PatchGrid::has_content(int patch) const {
  return row_of(patch) * patch_px < content_height && col_of(patch) * patch_px < content_width;
}

// Multiply before dividing: where the true result is a whole number it comes out as one.
Point PatchGrid::to_image(Point input) const {
  return {input.x * image_width / content_width, input.y * image_height / content_height};
}

Point PatchGrid::to_input(Point image) const {
  return {image.x * content_width / image_width, image.y * content_height / image_height};
}

Box PatchGrid::patch_box(int patch) const {
  const int left = std::min(col_of(patch) * patch_px, content_width);
  const int top = std::min(row_of(patch) * patch_px, content_height);
  const int right = std::min(left + patch_px, content_width);
  const int bottom = std::min(top + patch_px, content_height);
  const Point first = to_image({static_cast<double>(left), static_cast<double>(top)});
  const Point last = to_image({static_cast<double>(right), static_cast<double>(bottom)});
  return {first.x, first.y, last.x, last.y};
}

int PatchGrid::patch_at(Point image) const {
  assert(image.x >= 0 && image.x < image_width && image.y >= 0 && image.y < image_height);
  const Point input = to_input(image);
  const int col = std::min(static_cast<int>(std::floor(input.x / patch_px)), cols() - 1);
  const int row = std::min(static_cast<int>(std::floor(input.y / patch_px)), rows() - 1);
  return row * cols() + col;
}

}  // namespace attnviz
