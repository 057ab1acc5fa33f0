// What a call of cross-attention costs on each of its two paths, counted in multiply-adds. ARCHITECTURE.md derives the
// formulas.
#pragma once

#include <cstddef>

namespace attnviz::attention {

// Two ways to the same numbers: `plain` projects patches to keys and values, `folded` carries the queries into patch
// space instead and projects the weighted means of the patches.
enum class AttentionPath { cheapest, plain, folded };

struct AttentionShape {
  std::size_t num_words = 0, num_keys = 0, num_heads = 1;
  std::size_t word_dim = 0, patch_dim = 0, model_dim = 0, out_dim = 0;
};

// Of all four projections, scores and weighted sums. On the plain path heads are padded to multiples of 16 columns,
// which counts. Path: plain or folded. num_heads divides model_dim.
double multiply_adds(const AttentionShape& shape, AttentionPath path);

// The one that counts less, with a measured allowance for what a multiply-add takes on each.
AttentionPath cheapest_path(const AttentionShape& shape);

}  // namespace attnviz::attention
