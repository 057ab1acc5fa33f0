#include "attnviz/image/resample.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "attnviz/core/parallel.hpp"

namespace attnviz::image {
namespace {

constexpr int kFractionBits = 22;  // of a weight: 8 bits of a pixel and two of headroom are left of 32

double sinc(double x) { return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }

double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

double filter_at(Filter filter, double x) {
  switch (filter) {
    case Filter::bilinear:
      return std::max(0.0, 1 - std::abs(x));
    case Filter::bicubic:
      return cubic(x);
    case Filter::lanczos:
      break;
  }
  return std::abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
}

double support_of(Filter filter) { return filter == Filter::bilinear ? 1 : filter == Filter::bicubic ? 2 : 3; }

// Half up, and towards zero below it, as the original does.
int whole_above(double value) { return static_cast<int>(std::trunc(value + 0.5)); }

// The pixels that one pixel of the result is made of, along one direction.
struct Taps {
  std::size_t first = 0;
  std::vector<std::int32_t> weights;
};

std::vector<Taps> make_taps(int from, int to, Filter filter) {
  const double scale = static_cast<double>(from) / to, widened = std::max(scale, 1.0);
  const double support = support_of(filter) * widened;
  std::vector<Taps> all(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(whole_above(centre - support), 0), end = std::min(whole_above(centre + support), from);
    std::vector<double> weights;
    double sum = 0;
    for (int x = first; x < end; ++x) {
      weights.push_back(filter_at(filter, (x - centre + 0.5) * (1 / widened)));
      sum += weights.back();
    }
    Taps& taps = all[static_cast<std::size_t>(i)];
    taps.first = static_cast<std::size_t>(first);
    for (const double weight : weights) {
      const double fixed = (sum != 0 ? weight / sum : weight) * (1 << kFractionBits);
      taps.weights.push_back(static_cast<std::int32_t>(fixed + (fixed < 0 ? -0.5 : 0.5)));
    }
  }
  return all;
}

// The weighted sum of pixels that lie `step` bytes apart, one channel.
std::uint8_t weigh(const std::uint8_t* pixels, std::size_t step, const Taps& taps) {
  std::int32_t sum = 1 << (kFractionBits - 1);
  for (std::size_t i = 0; i < taps.weights.size(); ++i) sum += pixels[i * step] * taps.weights[i];
  return static_cast<std::uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
}

Image resample_rows(const Image& image, int width, Filter filter) {
  const std::vector<Taps> taps = make_taps(image.width, width, filter);
  Image out(width, image.height);
  parallel_for(static_cast<std::size_t>(image.height), [&](std::size_t y) {
    const std::uint8_t* from = image.pixel(0, static_cast<int>(y));
    std::uint8_t* to = out.pixel(0, static_cast<int>(y));
    for (const Taps& tap : taps) {
      for (std::size_t c = 0; c < 3; ++c) *to++ = weigh(from + tap.first * 3 + c, 3, tap);
    }
  });
  return out;
}

Image resample_columns(const Image& image, int height, Filter filter) {
  const std::vector<Taps> taps = make_taps(image.height, height, filter);
  const std::size_t row_bytes = static_cast<std::size_t>(image.width) * 3;
  Image out(image.width, height);
  parallel_for(static_cast<std::size_t>(height), [&](std::size_t y) {
    const std::uint8_t* from = image.pixel(0, static_cast<int>(taps[y].first));
    std::uint8_t* to = out.pixel(0, static_cast<int>(y));
    for (std::size_t i = 0; i < row_bytes; ++i) to[i] = weigh(from + i, row_bytes, taps[y]);
  });
  return out;
}

}  // namespace

Image resample(const Image& image, int width, int height, Filter filter) {
  if (width == image.width) return height == image.height ? image : resample_columns(image, height, filter);
  const Image narrow = resample_rows(image, width, filter);
  return height == image.height ? narrow : resample_columns(narrow, height, filter);
}

Matrix make_patches(const Image& image, const PatchGrid& grid, const PixelRule& rule) {
  const Image content = resample(image, grid.content_width, grid.content_height, rule.filter);
  std::array<std::array<float, 256>, 3> values{};
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t v = 0; v < 256; ++v)
      values[c][v] = (static_cast<float>(v) * rule.scale - rule.mean[c]) / rule.std[c];
  }
  const auto side = static_cast<std::size_t>(grid.patch_px);
  Matrix patches(static_cast<std::size_t>(grid.num_patches()), 3 * side * side);
  for (int y = 0; y < content.height; ++y) {
    const std::size_t row_in_patch = static_cast<std::size_t>(y) % side;
    for (int x = 0; x < content.width; ++x) {
      const int patch = y / grid.patch_px * grid.cols() + x / grid.patch_px;
      float* out = patches.row(static_cast<std::size_t>(patch)).data() + row_in_patch * side +
                   static_cast<std::size_t>(x) % side;
      const std::uint8_t* pixel = content.pixel(x, y);
      for (std::size_t c = 0; c < 3; ++c) out[c * side * side] = values[c][pixel[c]];
    }
  }
  return patches;
}

}  // namespace attnviz::image
