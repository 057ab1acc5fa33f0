// How products are cut: whole panels of columns, and blocks of rows.
#pragma once

#include <cstddef>

#include "attnviz/attention/matmul.hpp"

namespace attnviz::attention {

inline constexpr std::size_t kWidth = PackedMatrix::kPanelWidth;

inline std::size_t ceil_div(std::size_t a, std::size_t b) { return (a + b - 1) / b; }
inline std::size_t round_up(std::size_t a, std::size_t unit) { return ceil_div(a, unit) * unit; }

// How many of the m rows of a left operand [m, k] to hand over at once, so that they stay in the second-level cache
// while all panels of the right one pass by: even blocks of whole tiles.
std::size_t matmul_block_rows(std::size_t m, std::size_t k);

}  // namespace attnviz::attention
