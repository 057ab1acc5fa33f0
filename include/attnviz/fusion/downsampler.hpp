// Fewer visual tokens: cells of factor x factor patches become one key each (SpatialDownsampler of the reference
// documents, average and learned).
//
//   view    [num_patches, dim] over grid_rows x grid_cols, padding masked
//   cells   [num_cells, dim] over ceil(grid_rows / factor) x ceil(grid_cols / factor), row-major
//
// Cells at the right and lower edge may hold fewer patches. A cell without any content is masked. The weight of a cell
// belongs to its patches with content in equal shares, so that weights over patches sum to what they did over cells.
//
// Immutable after construction. Shapes that do not fit are std::logic_error: the strategy has checked them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/attention/linear.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/tokens.hpp"

namespace attnviz::fusion {

// Which patches a view's cells hold.
struct PooledGrid {
  std::size_t rows = 0, cols = 0;
  std::vector<std::uint8_t> mask;    // [num_cells], 1 = has content
  std::vector<std::size_t> cell_of;  // [num_patches]
  std::vector<float> share;          // [num_patches]: of the cell's weight; 0 on padding

  std::size_t num_cells() const { return rows * cols; }
};

class SpatialDownsampler {
public:
  // Average: the mean of a cell's patches with content. A factor of 1 leaves the patches as they are.
  explicit SpatialDownsampler(std::size_t factor = 1) : factor_(factor) {}
  // Learned: PyTorch's Conv2d(dim, dim, kernel_size=factor, stride=factor) over the grid, zeros on padding and beyond
  // the edge. `convolution`: its weight [dim, dim, factor, factor] as [dim, dim * factor * factor], and its bias.
  // Throws Error (model) where it has another shape.
  SpatialDownsampler(std::size_t factor, attention::Linear convolution, const std::string& name);

  PooledGrid plan(const VisualTokens& view) const;
  // `cells` [num_cells, dim], zeros before.
  void downsample(const VisualTokens& view, const PooledGrid& grid, MatrixView cells) const;

private:
  void convolve(const VisualTokens& view, const PooledGrid& grid, MatrixView cells) const;

  std::size_t factor_;
  std::optional<attention::Linear> convolution_;
};

}  // namespace attnviz::fusion
