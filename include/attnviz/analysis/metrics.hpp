// How well a map lands on a region (design, section 6). Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attnviz/core/patch_grid.hpp"

namespace attnviz::analysis {

// A set of pixels of the original image, with areas of boxes in constant time.
class Region {
public:
  // The union of boxes: every pixel whose centre lies in one of them. Parts outside the image are cut away.
  Region(int width, int height, const std::vector<Box>& boxes);
  // `mask` [height * width]: 0 outside, anything else inside.
  Region(int width, int height, const std::vector<std::uint8_t>& mask);

  double area() const;  // pixels
  bool contains(Point point) const;
  // Pixels of the region inside a box; a pixel that the box cuts counts by the part inside.
  double area_in(const Box& box) const;
  double share_of_image() const { return area() / (static_cast<double>(width_) * height_); }
  bool operator==(const Region& other) const = default;

private:
  void integrate(const std::vector<std::uint8_t>& mask);
  double integral_at(double x, double y) const;

  int width_ = 0, height_ = 0;
  std::vector<std::uint32_t> integral_;  // [height + 1, width + 1]: pixels of the region above and left of (x, y)
};

// Share of each patch (of its part with content) that the region covers: [num_patches].
std::vector<double> patch_coverage(const Region& region, const PatchGrid& grid);

// Sum over patches of heat times covered share. `heat` sums to 1.
double mass(const std::vector<float>& heat, const std::vector<double>& coverage);

// Whether the centre of the highest patch (ties: lowest index) lies in the region.
bool pointing(const std::vector<float>& heat, const Region& region, const PatchGrid& grid);

// IoU of {heatmap >= half its maximum} with the region, areas in original pixels.
double half_maximum_iou(const std::vector<float>& heat, const Region& region, const PatchGrid& grid);

// How often a value of `high` is above one of `low`, ties counting half (area under the ROC curve). Both not empty.
double separation(const std::vector<double>& high, std::vector<double> low);

}  // namespace attnviz::analysis
