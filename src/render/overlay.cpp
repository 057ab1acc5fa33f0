#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "attnviz/core/parallel.hpp"
#include "attnviz/render/pictures.hpp"
#include "render/colormap.hpp"
#include "render/sheet_parts.hpp"
#include "render/upsampler.hpp"

namespace attnviz::render {
namespace {

constexpr std::size_t kLevels = 1024;
constexpr std::size_t kRowsPerPart = 16;
constexpr unsigned kOne = 1U << 16;     // 16-bit fixed point
constexpr unsigned kUnseen = kOne / 2;  // how much is left of what no patch sees

// What one level of weight does to a pixel: pixel * keep + add.
struct Blend {
  std::array<unsigned, 3> add{};
  unsigned keep = kOne;
};

constexpr Blend kDimmed{{}, kUnseen};

std::array<Blend, kLevels + 1> make_blends(const Looks& looks) {
  const Colormap map = make_colormap(looks.colormap);
  std::array<Blend, kLevels + 1> blends;
  for (std::size_t i = 1; i <= kLevels; ++i) {
    const double level = static_cast<double>(i) / kLevels;
    const auto cover = static_cast<unsigned>(std::lround(opacity(level, std::clamp(looks.alpha, 0.0, 1.0)) * kOne));
    const Colour colour = colour_at(map, level);
    blends[i] = {{colour.r * cover, colour.g * cover, colour.b * cover}, kOne - cover};
  }
  return blends;
}

}  // namespace

Image overlay(const Image& image, const std::vector<float>& heat, const PatchGrid& grid, double scale_max,
              const Looks& looks) {
  if (image.width != grid.image_width || image.height != grid.image_height)
    throw std::logic_error("image does not fit the grid");
  Image result = image;
  const auto blends = make_blends(looks);
  const Upsampler upsampler(heat, grid, looks.interpolation);
  if (!(scale_max > 0)) return result;
  const auto width = static_cast<std::size_t>(image.width), height = static_cast<std::size_t>(image.height);
  const auto to_level = static_cast<float>(kLevels / scale_max);
  parallel_for((height + kRowsPerPart - 1) / kRowsPerPart, [&](std::size_t part) {
    std::vector<float> weights(width);  // [image_width]
    for (std::size_t y = part * kRowsPerPart; y < std::min(height, (part + 1) * kRowsPerPart); ++y) {
      upsampler.row(static_cast<int>(y), weights);
      std::uint8_t* pixel = result.rgb.data() + y * width * 3;
      for (std::size_t x = 0; x < width; ++x, pixel += 3) {
        const float level = std::clamp(weights[x] * to_level + 0.5F, 0.0F, static_cast<float>(kLevels));
        const bool seen = upsampler.sees(static_cast<int>(x), static_cast<int>(y));
        const Blend& blend = seen ? blends[static_cast<std::size_t>(level)] : kDimmed;
        for (std::size_t c = 0; c < 3; ++c) {
          pixel[c] = static_cast<std::uint8_t>((pixel[c] * blend.keep + blend.add[c] + kOne / 2) >> 16);
        }
      }
    }
  });
  return result;
}

std::vector<double> scale_maxima(const Report& report) {
  struct Peak {
    double weight = 0, share = -1;  // of all that the word looks at, "nothing here" too
  };
  std::vector<Peak> peaks(report.main_view().readings.size());
  Peak highest;
  for (const ViewReading& view : report.views) {
    for (std::size_t word = 0; word < view.readings.size(); ++word) {
      const WordReading& reading = view.readings[word];
      const double weight = reading.heat.empty() ? 0.0 : static_cast<double>(*std::ranges::max_element(reading.heat));
      const Peak peak{weight, weight * (1 - reading.nothing.value_or(0))};
      if (peak.share > peaks[word].share) peaks[word] = peak;
      if (peak.share > highest.share) highest = peak;
    }
  }
  std::vector<double> maxima;
  maxima.reserve(peaks.size());
  for (const Peak& peak : peaks) maxima.push_back(report.scale == "shared" ? highest.weight : peak.weight);
  return maxima;
}

Image thumbnail(const Image& image, const PatchGrid& grid, const WordReading& reading, double scale_max,
                const Looks& looks, int width, int height) {
  const double scale = std::min(static_cast<double>(width) / image.width, static_cast<double>(height) / image.height);
  const Size size = scaled(image.width, image.height, scale);
  const SizedImage small = at_size(image, grid, size.width, size.height);
  return overlay(small.image, reading.heat, small.grid, scale_max, faded(looks, reading));
}

}  // namespace attnviz::render
