// Learned positions of patches, for grids of another shape than that of training.
#pragma once

#include <cstddef>

#include "attnviz/core/matrix.hpp"

namespace attnviz::model::checkpoint {

// How the original library resizes its tables (torch.nn.functional.interpolate).
enum class Interpolation {
  cubic,             // bicubic, a = -3/4, align_corners=False
  linear_to_corners  // bilinear, align_corners=True
};

// table [side * side, dim] -> [rows * cols, dim], row-major grids. A grid of the table's own shape comes out as it is.
Matrix resize_positions(ConstMatrixView table, std::size_t side, std::size_t rows, std::size_t cols,
                        Interpolation interpolation);

}  // namespace attnviz::model::checkpoint
