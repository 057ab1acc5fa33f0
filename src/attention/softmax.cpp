#include "attnviz/attention/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace attnviz::attention {

bool softmax(std::span<float> row, KeyMask mask) {
  const auto attends = [&](std::size_t i) { return mask.empty() || mask[i] != 0; };
  float highest = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!attends(i)) continue;
    if (!std::isfinite(row[i])) return false;
    highest = std::max(highest, row[i]);
  }
  if (!std::isfinite(highest)) return false;  // no key at all
  double sum = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = attends(i) ? std::exp(row[i] - highest) : 0.0f;
    sum += row[i];
  }
  for (float& weight : row) weight = static_cast<float>(weight / sum);
  return true;
}

}  // namespace attnviz::attention
