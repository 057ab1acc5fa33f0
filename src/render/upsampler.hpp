// Weights of patches at the pixels of the original image, one row of pixels at a time. Separable: the taps of each
// column and row are worked out once. Pixels that no patch sees (a cropped input) have no weight. Rows may be asked for
// from several threads.
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

  // Whether patches see the pixel at all.
  bool sees(int x, int y) const {
    return columns_[static_cast<std::size_t>(x)].seen && rows_[static_cast<std::size_t>(y)].seen;
  }

private:
  struct Taps {
    std::array<std::size_t, 4> patch{};  // rows or columns of the grid, all with content
    std::array<float, 4> weight{};       // sums to 1
    bool seen = true;
  };
  struct Axis;  // one direction of a grid
  static float blend(const Taps& taps, const std::array<float, 4>& samples);
  static std::vector<Taps> make_taps(const Axis& axis, Interpolation interpolation);

  std::span<const float> heat_;
  std::size_t grid_cols_;
  std::vector<Taps> columns_, rows_;  // [image_width], [image_height]
};

}  // namespace attnviz::render
