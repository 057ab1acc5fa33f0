#include "attnviz/image/patchify.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace attnviz::image {
namespace {

// A scale from image to input pixels as an exact fraction: a float would sometimes make one cell more of w * s.
struct Scale {
  std::int64_t numerator = 1, denominator = 1;

  bool operator<(const Scale& other) const { return numerator * other.denominator < other.numerator * denominator; }
  std::int64_t cells(std::int64_t side, std::int64_t unit) const {
    const std::int64_t cell = denominator * unit;
    return (side * numerator + cell - 1) / cell;
  }
  // Halves to the even side, as Python's round() in training does.
  std::int64_t rounded(std::int64_t side) const {
    const std::int64_t whole = side * numerator / denominator, twice_rest = 2 * (side * numerator % denominator);
    return whole + (twice_rest > denominator || (twice_rest == denominator && whole % 2 == 1) ? 1 : 0);
  }
};

// The largest scale at which `along` fills whole squares and no more than `cells` of them cover the image.
Scale largest_scale(std::int64_t along, std::int64_t across, std::int64_t unit, std::int64_t cells,
                    std::int64_t max_scale) {
  std::int64_t fitting = 0;
  for (std::int64_t n = 1; n <= cells && n * unit <= along * max_scale; ++n) {
    const std::int64_t other = (across * n + along - 1) / along;
    if (n * other > cells) break;
    fitting = n;
  }
  return {fitting * unit, along};
}

}  // namespace

PatchGrid plan_grid(int image_width, int image_height, int patch_px, int max_patches, int square) {
  assert(image_width > 0 && image_height > 0 && patch_px > 0 && (square == 1 || square == 2));
  const std::int64_t unit = std::int64_t{square} * patch_px;
  const std::int64_t cells = std::clamp(max_patches, kMinPatches, kMaxPatches) / (square * square);
  // The count of squares grows in steps where a side fills one more, so the best scale is one of these or the cap.
  const Scale cap{patch_px, 1};
  Scale scale = std::max(largest_scale(image_width, image_height, unit, cells, patch_px),
                         largest_scale(image_height, image_width, unit, cells, patch_px));
  if (cap.cells(image_width, unit) * cap.cells(image_height, unit) <= cells) scale = cap;

  PatchGrid grid;
  grid.image_width = image_width;
  grid.image_height = image_height;
  grid.input_width = static_cast<int>(scale.cells(image_width, unit) * unit);
  grid.input_height = static_cast<int>(scale.cells(image_height, unit) * unit);
  grid.content_width = static_cast<int>(std::max<std::int64_t>(1, scale.rounded(image_width)));
  grid.content_height = static_cast<int>(std::max<std::int64_t>(1, scale.rounded(image_height)));
  grid.patch_px = patch_px;
  return grid;
}

int default_patches(int image_width, int image_height, int patch_px, PatchRange range) {
  const std::int64_t unit = std::int64_t{2} * patch_px;
  const Scale own{1, 1};
  const std::int64_t patches = 4 * own.cells(image_width, unit) * own.cells(image_height, unit);
  return static_cast<int>(std::clamp<std::int64_t>(patches, range.least, range.most));
}

Matrix make_input(const Image& image, const PatchGrid& grid, const std::array<float, 3>& mean,
                  const std::array<float, 3>& std) {
  const cv::Mat whole(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
  const bool shrinks = grid.content_width < image.width || grid.content_height < image.height;
  cv::Mat content;  // [content_height, content_width, 3]
  cv::resize(whole, content, cv::Size(grid.content_width, grid.content_height), 0, 0,
             shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);

  std::array<std::array<float, 256>, 3> normalised{};
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t value = 0; value < 256; ++value)
      normalised[c][value] = (static_cast<float>(value) - mean[c]) / std[c];
  }
  const auto input_width = static_cast<std::size_t>(grid.input_width);
  Matrix input(static_cast<std::size_t>(grid.input_height) * input_width, 3);  // [input_height * input_width, 3]
  for (int y = 0; y < content.rows; ++y) {
    const std::uint8_t* from = content.ptr<std::uint8_t>(y);
    float* to = input.data() + static_cast<std::size_t>(y) * input_width * 3;
    for (int i = 0; i < content.cols * 3; ++i) to[i] = normalised[static_cast<std::size_t>(i % 3)][from[i]];
  }
  return input;
}

}  // namespace attnviz::image
