// What a user's model or input may get wrong in a call of attention. All throw Error (model) with `where` and the
// shapes.
#pragma once

#include <string>

#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/attention/linear.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

[[noreturn]] void refuse(const std::string& where, const std::string& what);

// The four projections fit each other and can be cut into heads.
void check_projections(const AttentionProjections& projections, std::size_t num_heads, const std::string& name);

// x [at least one row, cols]; `partner` names what decides about cols, of shape [out, cols].
void check_tokens(ConstMatrixView x, std::size_t cols, std::size_t out, const std::string& partner,
                  const std::string& where);

// Both masks fit num_words and num_keys and leave every word a key.
void check_masks(std::size_t num_words, std::size_t num_keys, const AttentionOptions& options, const std::string& name);

// The cache has the layer's heads.
void check_cache(const KeyValueCache& keys, std::size_t num_heads, std::size_t head_dim, const std::string& name);

void check_finite(ConstMatrixView matrix, const std::string& where);

}  // namespace attnviz::attention
