// Resizing as the image processors of other people's models do it, to the bit: separable filters that are widened when
// they shrink, horizontally first, sums in fixed point and results in 8 bits after each direction (Pillow's resize of
// 8-bit images, on which those models were trained).
#pragma once

#include <array>

#include "attnviz/core/image.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/core/patch_grid.hpp"

namespace attnviz::image {

enum class Filter { bilinear, bicubic, lanczos };  // cubic: a = -1/2; lanczos: three lobes

// `width`, `height`: at least 1.
Image resample(const Image& image, int width, int height, Filter filter);

// What a model's image processor does to pixels.
struct PixelRule {
  Filter filter = Filter::bicubic;
  float scale = 1.0F / 255;  // of the 8-bit values, before mean and std
  std::array<float, 3> mean{}, std{1, 1, 1};
};

// The image resampled to the grid's content rect and cut into patches: each channel of a pixel becomes
// (value * scale - mean) / std, zero in the padding. Returns [num_patches, 3 * patch_px * patch_px], a patch as
// channels of rows of pixels, which is the order of a convolution's weights.
Matrix make_patches(const Image& image, const PatchGrid& grid, const PixelRule& rule);

}  // namespace attnviz::image
