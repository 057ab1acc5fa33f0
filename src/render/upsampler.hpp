// Weights of patches at the pixels of the original image, one row of pixels at a time. Separable: the taps of each
// column and row are worked out once. Rows may be asked for from several threads.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "attnviz/core/patch_grid.hpp"
#include "attnviz/render/pictures.hpp"

namespace attnviz::render {

class Upsampler {
public:
  // `heat` [num_patches] is borrowed and must outlive this.
  Upsampler(std::span<const float> heat, const PatchGrid& grid, Interpolation interpolation);

  // The weights of pixel row `y`: `out` is [image_width].
  void row(int y, std::span<float> out) const;

private:
  struct Taps {
    std::array<std::size_t, 4> patch{};  // rows or columns of the grid, all with content
    std::array<float, 4> weight{};       // sums to 1
  };
  static float blend(const Taps& taps, const std::array<float, 4>& samples);
  static std::vector<Taps> make_taps(int pixels, int content, int patch_px, Interpolation interpolation);

  std::span<const float> heat_;
  std::size_t grid_cols_;
  std::vector<Taps> columns_, rows_;  // [image_width], [image_height]
};

}  // namespace attnviz::render
