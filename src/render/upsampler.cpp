#include "render/upsampler.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "attnviz/core/parallel.hpp"

namespace attnviz::render {
namespace {

constexpr std::size_t kRowsPerPart = 16;

// Catmull-Rom: goes through the weights of the patches, so the peak keeps its place and height.
std::array<double, 4> cubic_weights(double t) {
  return {((-0.5 * t + 1) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1, ((-1.5 * t + 2) * t + 0.5) * t,
          (0.5 * t - 0.5) * t * t};
}

}  // namespace

// Columns or rows: how many pixels of the image meet how many of the input.
struct Upsampler::Axis {
  int pixels, content_begin, content, patch_px;
  double begin, end;  // of the content in the input

  int first() const { return static_cast<int>(begin) / patch_px; }  // patch with content
  int last() const { return (static_cast<int>(end) - 1) / patch_px; }
  // Of the part of a patch that shows: the first and the last may be cut by the content's edge.
  double centre(int patch) const {
    return (std::max(static_cast<double>(patch) * patch_px, begin) +
            std::min((static_cast<double>(patch) + 1) * patch_px, end)) /
           2;
  }
  // As PatchGrid::to_input does.
  double input_of(int pixel) const { return (pixel + 0.5) * content / pixels + content_begin; }
  // Where input position `at` lies between the centres of patches, in units of patches.
  double coordinate(double at) const {
    const double regular = at / patch_px - 0.5;
    if (first() == last()) return first();
    const int before = std::clamp(static_cast<int>(std::floor(regular)), first(), last() - 1);
    const bool is_whole = before > first() || begin <= static_cast<double>(before) * patch_px;
    if (is_whole && regular <= last() - 1) return std::max<double>(regular, first());
    const double from = centre(before), to = centre(before + 1);
    return std::clamp<double>(before + (at - from) / (to - from), first(), last());
  }
};

std::vector<Upsampler::Taps> Upsampler::make_taps(const Axis& axis, Interpolation interpolation) {
  const int first = axis.first(), last = axis.last();  // padding never bleeds into the picture
  std::vector<Taps> taps(static_cast<std::size_t>(axis.pixels));
  for (int i = 0; i < axis.pixels; ++i) {
    Taps& tap = taps[static_cast<std::size_t>(i)];
    const double at = axis.input_of(i);
    tap.seen = at >= axis.begin && at < axis.end;
    if (interpolation == Interpolation::nearest) {
      const int patch = std::clamp(static_cast<int>(std::floor(at / axis.patch_px)), first, last);
      tap.patch.fill(static_cast<std::size_t>(patch));
      tap.weight = {0, 1, 0, 0};
      continue;
    }
    const double coordinate = axis.coordinate(at);
    const int before = static_cast<int>(coordinate);
    const double part = coordinate - before;
    const std::array<double, 4> weights =
        interpolation == Interpolation::cubic ? cubic_weights(part) : std::array<double, 4>{0, 1 - part, part, 0};
    for (int k = 0; k < 4; ++k) {
      tap.patch[static_cast<std::size_t>(k)] = static_cast<std::size_t>(std::clamp(before - 1 + k, first, last));
      tap.weight[static_cast<std::size_t>(k)] = static_cast<float>(weights[static_cast<std::size_t>(k)]);
    }
  }
  return taps;
}

Upsampler::Upsampler(std::span<const float> heat, const PatchGrid& grid, Interpolation interpolation)
    : heat_(heat), grid_cols_(static_cast<std::size_t>(grid.cols())) {
  if (heat.size() != static_cast<std::size_t>(grid.num_patches())) throw std::logic_error("heat does not fit the grid");
  const Box content = grid.content_in_input();
  if (!(content.area() > 0)) throw std::logic_error("a grid without content");
  if (content.x1 > grid.cols() * grid.patch_px || content.y1 > grid.rows() * grid.patch_px) {
    throw std::logic_error("the grid has not enough patches for its content");
  }
  columns_ = make_taps({grid.image_width, grid.content_left, grid.content_width, grid.patch_px, content.x0, content.x1},
                       interpolation);
  rows_ = make_taps({grid.image_height, grid.content_top, grid.content_height, grid.patch_px, content.y0, content.y1},
                    interpolation);
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
  if (!down.seen) {
    std::ranges::fill(out, 0.0F);
    return;
  }
  std::array<const float*, 4> from{};
  for (std::size_t k = 0; k < 4; ++k) from[k] = heat_.data() + down.patch[k] * grid_cols_;
  std::vector<float> line(grid_cols_);  // the weights at this height, one a column of patches
  for (std::size_t col = 0; col < grid_cols_; ++col) {
    line[col] = blend(down, {from[0][col], from[1][col], from[2][col], from[3][col]});
  }
  for (std::size_t x = 0; x < out.size(); ++x) {
    const auto& patch = columns_[x].patch;
    out[x] =
        columns_[x].seen ? blend(columns_[x], {line[patch[0]], line[patch[1]], line[patch[2]], line[patch[3]]}) : 0;
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
