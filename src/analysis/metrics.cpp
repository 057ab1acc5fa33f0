#include "attnviz/analysis/metrics.hpp"

#include <algorithm>
#include <cmath>

namespace attnviz::analysis {

Region::Region(int width, int height, const std::vector<Box>& boxes) : width_(width), height_(height) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (const Box& box : boxes) {
    // Pixel i is inside where its centre i + 0.5 lies in [x0, x1).
    const auto first = [](double bound, int size) {
      return static_cast<int>(std::clamp(std::ceil(bound - 0.5), 0.0, static_cast<double>(size)));
    };
    const int x0 = first(box.x0, width), x1 = first(box.x1, width);
    const int y0 = first(box.y0, height), y1 = first(box.y1, height);
    for (int y = y0; y < y1 && x0 < x1; ++y) {
      const auto row = mask.begin() + static_cast<std::ptrdiff_t>(y) * width;
      std::fill(row + x0, row + x1, std::uint8_t{1});
    }
  }
  integrate(mask);
}

Region::Region(int width, int height, const std::vector<std::uint8_t>& mask) : width_(width), height_(height) {
  integrate(mask);
}

void Region::integrate(const std::vector<std::uint8_t>& mask) {
  const std::size_t stride = static_cast<std::size_t>(width_) + 1;
  integral_.assign(stride * (static_cast<std::size_t>(height_) + 1), 0);
  for (std::size_t y = 0; y < static_cast<std::size_t>(height_); ++y) {
    std::uint32_t in_row = 0;
    for (std::size_t x = 0; x < static_cast<std::size_t>(width_); ++x) {
      in_row += mask[y * static_cast<std::size_t>(width_) + x] != 0;
      integral_[(y + 1) * stride + x + 1] = integral_[y * stride + x + 1] + in_row;
    }
  }
}

double Region::area() const { return integral_.back(); }

// Between whole coordinates the integral of a mask that is constant on each pixel is bilinear, so this is exact.
double Region::integral_at(double x, double y) const {
  const int left = std::min(static_cast<int>(x), width_ - 1), top = std::min(static_cast<int>(y), height_ - 1);
  const double fx = x - left, fy = y - top;
  const std::size_t stride = static_cast<std::size_t>(width_) + 1;
  const std::uint32_t* corner =
      integral_.data() + static_cast<std::size_t>(top) * stride + static_cast<std::size_t>(left);
  const double above = corner[0] + fx * (static_cast<double>(corner[1]) - corner[0]);
  const double below = corner[stride] + fx * (static_cast<double>(corner[stride + 1]) - corner[stride]);
  return above + fy * (below - above);
}

double Region::area_in(const Box& box) const {
  const Box inside = intersect(box, {0, 0, static_cast<double>(width_), static_cast<double>(height_)});
  if (inside.area() == 0) return 0;
  return integral_at(inside.x1, inside.y1) - integral_at(inside.x0, inside.y1) - integral_at(inside.x1, inside.y0) +
         integral_at(inside.x0, inside.y0);
}

bool Region::contains(Point point) const {
  if (point.x < 0 || point.y < 0 || point.x >= width_ || point.y >= height_) return false;
  const double x = std::floor(point.x), y = std::floor(point.y);
  return area_in({x, y, x + 1, y + 1}) > 0.5;
}

std::vector<double> patch_coverage(const Region& region, const PatchGrid& grid) {
  std::vector<double> coverage(static_cast<std::size_t>(grid.num_patches()));
  for (int patch = 0; patch < grid.num_patches(); ++patch) {
    const Box box = grid.patch_box(patch);
    if (box.area() > 0) coverage[static_cast<std::size_t>(patch)] = region.area_in(box) / box.area();
  }
  return coverage;
}

double mass(const std::vector<float>& heat, const std::vector<double>& coverage) {
  double sum = 0;
  for (std::size_t patch = 0; patch < heat.size(); ++patch) sum += heat[patch] * coverage[patch];
  return sum;
}

bool pointing(const std::vector<float>& heat, const Region& region, const PatchGrid& grid) {
  const auto highest = std::max_element(heat.begin(), heat.end());  // the first of equals
  const Box box = grid.patch_box(static_cast<int>(highest - heat.begin()));
  return region.contains({(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2});
}

double half_maximum_iou(const std::vector<float>& heat, const Region& region, const PatchGrid& grid) {
  const float half = *std::max_element(heat.begin(), heat.end()) / 2;
  double lit = 0, both = 0;
  for (int patch = 0; patch < grid.num_patches(); ++patch) {
    if (heat[static_cast<std::size_t>(patch)] < half) continue;
    const Box box = grid.patch_box(patch);
    lit += box.area();
    both += region.area_in(box);
  }
  const double either = lit + region.area() - both;
  return either > 0 ? both / either : 0;
}

double separation(const std::vector<double>& high, std::vector<double> low) {
  std::ranges::sort(low);
  double wins = 0;
  for (const double value : high) {
    const auto [first_tie, first_above] = std::equal_range(low.begin(), low.end(), value);
    wins += static_cast<double>(first_tie - low.begin()) + static_cast<double>(first_above - first_tie) / 2;
  }
  return wins / (static_cast<double>(high.size()) * static_cast<double>(low.size()));
}

}  // namespace attnviz::analysis
