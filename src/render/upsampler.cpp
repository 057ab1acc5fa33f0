#include "render/upsampler.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "attnviz/core/parallel.hpp"

namespace attnviz::render {
namespace {

constexpr std::size_t kRowsPerPart = 16;

// Where input position `at` lies between the centres of patches, in units of patches. The last patch may be cut by the
// content's edge; its centre is that of the part that shows, so that its full weight does too.
double patch_coordinate(double at, int num_patches, int content, int patch_px) {
  const double regular = at / patch_px - 0.5;
  if (num_patches == 1) return 0;
  const double last_but_one = num_patches - 2;
  if (regular <= last_but_one) return std::max(regular, 0.0);
  const double from = (last_but_one + 0.5) * patch_px;
  const double last_centre = (static_cast<double>(num_patches - 1) * patch_px + content) / 2;
  return std::min(last_but_one + (at - from) / (last_centre - from), last_but_one + 1);
}

// Catmull-Rom: goes through the weights of the patches, so the peak keeps its place and height.
std::array<double, 4> cubic_weights(double t) {
  return {((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1, ((-1.5 * t + 2) * t + 0.5) * t,
          (0.5 * t - 0.5) * t * t};
}

}  // namespace

std::vector<Upsampler::Taps> Upsampler::make_taps(int pixels, int content, int patch_px, Interpolation interpolation) {
  const int num_patches = (content + patch_px - 1) / patch_px;  // with content: padding never bleeds into the picture
  std::vector<Taps> taps(static_cast<std::size_t>(pixels));
  for (int i = 0; i < pixels; ++i) {
    Taps& tap = taps[static_cast<std::size_t>(i)];
    const double at = (i + 0.5) * content / pixels;  // as PatchGrid::to_input does
    if (interpolation == Interpolation::nearest) {
      tap.patch.fill(static_cast<std::size_t>(std::min(static_cast<int>(at / patch_px), num_patches - 1)));
      tap.weight = {0, 1, 0, 0};
      continue;
    }
    const double coordinate = patch_coordinate(at, num_patches, content, patch_px);
    const int first = static_cast<int>(coordinate);
    const double part = coordinate - first;
    const std::array<double, 4> weights =
        interpolation == Interpolation::cubic ? cubic_weights(part) : std::array<double, 4>{0, 1 - part, part, 0};
    for (int k = 0; k < 4; ++k) {
      tap.patch[static_cast<std::size_t>(k)] = static_cast<std::size_t>(std::clamp(first - 1 + k, 0, num_patches - 1));
      tap.weight[static_cast<std::size_t>(k)] = static_cast<float>(weights[static_cast<std::size_t>(k)]);
    }
  }
  return taps;
}

Upsampler::Upsampler(std::span<const float> heat, const PatchGrid& grid, Interpolation interpolation)
    : heat_(heat), grid_cols_(static_cast<std::size_t>(grid.cols())) {
  if (heat.size() != static_cast<std::size_t>(grid.num_patches())) throw std::logic_error("heat does not fit the grid");
  if (grid.content_width > grid.cols() * grid.patch_px || grid.content_height > grid.rows() * grid.patch_px) {
    throw std::logic_error("the grid has not enough patches for its content");
  }
  columns_ = make_taps(grid.image_width, grid.content_width, grid.patch_px, interpolation);
  rows_ = make_taps(grid.image_height, grid.content_height, grid.patch_px, interpolation);
}

// A cubic swings past its samples, which would show weight where there is none and hide some where there is: the value
// stays between those of the two patches that it lies between.
float Upsampler::blend(const Taps& taps, const std::array<float, 4>& samples) {
  float sum = 0;
  for (std::size_t k = 0; k < 4; ++k) sum += taps.weight[k] * samples[k];
  const auto [low, high] = std::minmax(samples[1], samples[2]);
  return std::clamp(sum, low, high);
}

void Upsampler::row(int y, std::span<float> out) const {
  const Taps& down = rows_[static_cast<std::size_t>(y)];
  std::array<const float*, 4> from{};
  for (std::size_t k = 0; k < 4; ++k) from[k] = heat_.data() + down.patch[k] * grid_cols_;
  std::vector<float> line(grid_cols_);  // the weights at this height, one a column of patches
  for (std::size_t col = 0; col < grid_cols_; ++col) {
    line[col] = blend(down, {from[0][col], from[1][col], from[2][col], from[3][col]});
  }
  for (std::size_t x = 0; x < out.size(); ++x) {
    const auto& patch = columns_[x].patch;
    out[x] = blend(columns_[x], {line[patch[0]], line[patch[1]], line[patch[2]], line[patch[3]]});
  }
}

std::vector<float> upsample(const std::vector<float>& heat, const PatchGrid& grid, Interpolation interpolation) {
  const Upsampler upsampler(heat, grid, interpolation);
  const auto width = static_cast<std::size_t>(grid.image_width), height = static_cast<std::size_t>(grid.image_height);
  std::vector<float> values(width * height);  // [image_height, image_width]
  parallel_for((height + kRowsPerPart - 1) / kRowsPerPart, [&](std::size_t part) {
    for (std::size_t y = part * kRowsPerPart; y < std::min(height, (part + 1) * kRowsPerPart); ++y) {
      upsampler.row(static_cast<int>(y), {values.data() + y * width, width});
    }
  });
  return values;
}

}  // namespace attnviz::render
