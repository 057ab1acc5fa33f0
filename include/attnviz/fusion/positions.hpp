// Sinusoidal positions. Within a code of width m, channel 2i is sin(x / 10000^(2i/m)) and channel 2i + 1 the cosine.
#pragma once

#include <cstddef>

#include "attnviz/core/matrix.hpp"

namespace attnviz::fusion {

// Adds gain * code(row index) to every row. x [tokens, dim], dim even.
void add_positions_1d(MatrixView x, float gain);

// Adds gain * [code(grid row), code(grid column)], each of half the width.
// x [grid_rows * grid_cols, dim], row-major; dim a multiple of 4.
void add_positions_2d(MatrixView x, std::size_t grid_rows, std::size_t grid_cols, float gain);

}  // namespace attnviz::fusion
