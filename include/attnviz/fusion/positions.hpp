// Sinusoidal positions: within a code of width m, channel 2i is sin(x / 10000^(2i/m)) and channel 2i + 1 the cosine
// (Vaswani et al., "Attention Is All You Need", 2017).
#pragma once

#include "attnviz/core/matrix.hpp"

namespace attnviz::fusion {

// Adds gain * code(row index) to every row. x [tokens, dim], dim even.
void add_positions(MatrixView x, float gain);

}  // namespace attnviz::fusion
