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

Box PatchGrid::content_in_input() const {
  const Box content{static_cast<double>(content_left), static_cast<double>(content_top),
                    static_cast<double>(content_left) + content_width,
                    static_cast<double>(content_top) + content_height};
  return intersect(content, {0, 0, static_cast<double>(input_width), static_cast<double>(input_height)});
}

Box PatchGrid::seen() const {
  const Box part = content_in_input();
  const Point first = to_image({part.x0, part.y0}), last = to_image({part.x1, part.y1});
  return {first.x, first.y, last.x, last.y};
}

bool PatchGrid::has_content(int patch) const {
  const int left = col_of(patch) * patch_px, top = row_of(patch) * patch_px;
  return left < content_left + content_width && left + patch_px > content_left && top < content_top + content_height &&
         top + patch_px > content_top;
}

// Multiply before dividing: where the true result is a whole number it comes out as one.
Point PatchGrid::to_image(Point input) const {
  return {(input.x - content_left) * image_width / content_width,
          (input.y - content_top) * image_height / content_height};
}

Point PatchGrid::to_input(Point image) const {
  return {image.x * content_width / image_width + content_left, image.y * content_height / image_height + content_top};
}

Box PatchGrid::patch_box(int patch) const {
  const Box content = content_in_input();
  const double left = static_cast<double>(col_of(patch)) * patch_px,
               top = static_cast<double>(row_of(patch)) * patch_px;
  const Point first = to_image({std::clamp(left, content.x0, content.x1), std::clamp(top, content.y0, content.y1)});
  const Point last = to_image(
      {std::clamp(left + patch_px, content.x0, content.x1), std::clamp(top + patch_px, content.y0, content.y1)});
  return {first.x, first.y, last.x, last.y};
}

int PatchGrid::patch_at(Point image) const {
  assert(seen().contains(image));
  const Point input = to_input(image);
  const auto index = [this](double at, int count) {
    return std::clamp(static_cast<int>(std::floor(at / patch_px)), 0, count - 1);
  };
  return index(input.y, rows()) * cols() + index(input.x, cols());
}

}  // namespace attnviz
