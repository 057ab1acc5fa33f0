// Parts that libraries of matrix products leave to their users.
#pragma once

#include <cstddef>

// maps [num_heads, size] -> mean [size]
inline void head_mean(const float* maps, std::size_t num_heads, std::size_t size, float* mean) {
  const float share = 1.0f / static_cast<float>(num_heads);
  for (std::size_t i = 0; i < size; ++i) mean[i] = maps[i] * share;
  for (std::size_t head = 1; head < num_heads; ++head) {
    const float* map = maps + head * size;
    for (std::size_t i = 0; i < size; ++i) mean[i] += map[i] * share;
  }
}
