// Attention for few words: instead of projecting many patches to keys and values, the few queries are carried into
// patch space, and the weighted means of the raw patches are projected afterwards (design: Q_h (V W_K,h)^T = (Q_h
// W_K,h^T) V^T and A_h (V W_V,h) = (A_h V) W_V,h). The key bias cancels in the softmax; the value bias passes through,
// since weights sum to 1.
#pragma once

#include <cstddef>
#include <vector>

#include "attention/attention_call.hpp"
#include "attnviz/attention/matmul.hpp"

namespace attnviz::attention {

// The key projection the other way round: head h as a right-hand side [patch_dim, head_dim].
using FoldedKey = std::vector<PackedMatrix>;

FoldedKey fold_key(const Linear& key, std::size_t num_heads, std::size_t head_dim, std::size_t head_stride);

// attended [num_words, num_heads * head_dim] becomes the heads' outputs side by side. False where a score is not
// finite.
[[nodiscard]] bool attend_folded(const AttentionCall& call, const FoldedKey& folded_key, const Linear& value,
                                 ConstMatrixView patches, MatrixView attended);

}  // namespace attnviz::attention
