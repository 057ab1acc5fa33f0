// Sparse attention: each word attends to the keys of its `top_k` highest scores alone (equal scores: the lower key).
// An approximation of dense attention: what the other keys would have had is left out and the rest sums to 1.
//
// Measured on random inputs (196 keys, head_dim 32; unit.attention_top_k repeats it): the share of the weight that lies
// elsewhere than in dense attention, and the output's distance from the dense one relative to its norm, by how much the
// scores of a word vary (standard deviation 1: nearly flat, the worst case; 4: a few keys stand out).
//
//   top_k                 8       16       32       64
//   deviation 1, weight   0.78    0.66     0.50     0.30
//   deviation 1, output   2.7     1.7      0.99     0.48
//   deviation 4, weight   0.094   0.039    0.012    0.0024
//   deviation 4, output   0.11    0.044    0.014    0.0029
#pragma once

#include <cstddef>

#include "attnviz/attention/mask.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

// One head of some words.
struct HeadBlock {
  ConstMatrixView query;            // [count, head_dim], scaled by 1 / sqrt(head_dim)
  ConstMatrixView key, value;       // [num_keys, head_dim]
  KeyMask mask{};                   // [num_keys] or empty
  const PairMask* pairs = nullptr;  // [num_words, num_keys] or null
  std::size_t first_word = 0;       // the row of `pairs` for row 0 of the query
};

// attended [count, head_dim]; weights [count, num_keys], or empty where nobody wants them: scores are then held for a
// block of words and keys at a time only. Each word's result depends on neither. top_k is at least 1; with more keys
// than there are it is dense attention. False where a word has no key left to attend to or a score is not finite.
[[nodiscard]] bool attend_top_k(const HeadBlock& head, std::size_t top_k, MatrixView attended, MatrixView weights = {});

}  // namespace attnviz::attention
