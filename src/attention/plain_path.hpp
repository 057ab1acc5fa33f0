// Attention as it is written: patches are projected to keys and values, head by head, and words stream them.
#pragma once

#include <cstddef>

#include "attention/attention_call.hpp"
#include "attnviz/attention/cross_attention.hpp"

namespace attnviz::attention {

// Keys and values of heads [first_head, first_head + num_heads).
KeyValueCache project_heads(const Linear& key, const Linear& value, ConstMatrixView patches, std::size_t head_dim,
                            std::size_t first_head, std::size_t num_heads);

// attended [num_words, num_heads * head_dim] becomes the heads' outputs side by side. Keys and values are made for as
// many heads at a time as a fixed amount of memory holds. False where a score is not finite.
[[nodiscard]] bool attend_plain(const AttentionCall& call, const Linear& key, const Linear& value,
                                ConstMatrixView patches, MatrixView attended);

// The same from keys and values of heads [first_head, ...) that are there already.
[[nodiscard]] bool attend_heads(const AttentionCall& call, const KeyValueCache& keys, std::size_t first_head,
                                MatrixView attended);

}  // namespace attnviz::attention
