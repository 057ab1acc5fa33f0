// Softmax of one row of scores, in place.
#pragma once

#include <span>

#include "attnviz/attention/mask.hpp"

namespace attnviz::attention {

// The maximum is subtracted first, so scores of any finite size are fine; masked keys get exactly 0; the rest sums
// to 1. `mask` is empty or as long as the row. False, and the row is left in no useful state, where there is no answer:
// every key is masked, or a score is not finite.
[[nodiscard]] bool softmax(std::span<float> row, KeyMask mask = {});

}  // namespace attnviz::attention
