// What error messages say about matrices, and whether their numbers are numbers.
#pragma once

#include <cstddef>
#include <string>

#include "attnviz/core/matrix.hpp"

namespace attnviz {

std::string shape_text(std::size_t rows, std::size_t cols);  // "[rows, cols]"

bool all_finite(ConstMatrixView matrix);

// Where the first NaN or infinity stands: "the number at [r, c] of [rows, cols] is NaN". Empty: all are finite.
std::string find_not_finite(ConstMatrixView matrix);

}  // namespace attnviz
