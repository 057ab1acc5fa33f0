// Both modalities attend to each other (CoAttention of the reference documents; Lu et al., "ViLBERT", 2019):
//
//   L' = L + CA(L, V, V)   lang2vis, weights [num_heads * num_words, num_patches (+ 1)]
//   V' = V + CA(V, L, L)   vis2lang
//
// both from the same L [num_words, dim] and V [num_patches, dim], each with the residual that its sublayer knows: with
// NormOrder::none the bidirectional cross-attention of the reference documents as it is written there, with
// NormOrder::post their CoAttention. Under pre-norm each side is shown the other one normalised too.
#pragma once

#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/sublayers.hpp"

namespace attnviz::fusion {

class CoAttention {
public:
  // Of one width (std::logic_error).
  CoAttention(AttentionSublayer lang2vis, AttentionSublayer vis2lang);

  std::size_t dim() const { return lang2vis_.dim(); }
  std::size_t num_heads() const { return lang2vis_.num_heads(); }

  // words and patches become L' (language guided by vision) and V' (vision guided by language).
  // `nothing` [0 or 1, dim]: one key more for the words alone; `mask` [num_patches (+ 1)]: the words' keys.
  // Returns the words' weights.
  attention::AttentionWeights apply(MatrixView words, MatrixView patches, ConstMatrixView nothing,
                                    attention::KeyMask mask, const attention::KeepWeights& keep = {}) const;

private:
  AttentionSublayer lang2vis_, vis2lang_;
};

}  // namespace attnviz::fusion
