// What fusion takes in: the visual tokens of a view, and keys as attention sees them. Both borrow.
#pragma once

#include <cstddef>

#include "attnviz/attention/mask.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::fusion {

// One view (camera) of the scene.
struct VisualTokens {
  ConstMatrixView patches;  // [grid_rows * grid_cols, dim], row-major, patch 0 top left
  std::size_t grid_rows = 0, grid_cols = 0;
  attention::KeyMask mask{};  // [num_patches], 1 = content; empty: all
};

// What a query may attend to.
struct Keys {
  ConstMatrixView tokens;     // [num_keys, dim]
  attention::KeyMask mask{};  // [num_keys], 1 = attend; empty: all
};

}  // namespace attnviz::fusion
