// What a caller wants to keep of the attention weights A [num_heads, num_words, num_keys]. They are taken from the
// stream as it passes: nothing of that size is held unless `per_head` is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

struct KeepWeights {
  bool per_head = false;
  bool head_mean = false;
  bool head_max = false;
  std::size_t top_k = 0;  // the strongest keys of each word, by the mean over heads, which is then held meanwhile
};

struct KeyWeight {
  std::uint32_t key = 0;
  float weight = 0;
};

struct AttentionWeights {
  Matrix per_head;   // [num_heads * num_words, num_keys]: row h * num_words + w holds A_h[w]
  Matrix head_mean;  // [num_words, num_keys]
  Matrix head_max;   // [num_words, num_keys]
  // [num_words][min(top_k, num_keys)], the highest weight first, equal ones by ascending key.
  std::vector<std::vector<KeyWeight>> top;
};

}  // namespace attnviz::attention
