// The reference documents' transformer block and N-layer fusion network: words look at patches and become fused words.
//
//   words    [num_words, dim]
//   views    keys [num_keys, dim] of each view, with its mask
//   weights  [layer][view]: what `keep` asked for, for example per head [num_heads * num_words, num_keys]
//
// Immutable after construction. Shapes that do not fit throw Error (model) with the layer's name.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/sublayers.hpp"

namespace attnviz::fusion {

// Post-norm  x = LN(x + CA(x, V)); x = LN(x + FFN(x)), the reference documents' order, or
// pre-norm   x = x + CA(LN(x), V); x = x + FFN(LN(x)): each sublayer knows its own.
class CrossModalTransformerBlock {
public:
  CrossModalTransformerBlock(AttentionSublayer attention, FeedForwardSublayer ffn, const std::string& name);

  std::size_t num_heads() const { return attention_.num_heads(); }
  std::size_t dim() const { return attention_.dim(); }

  ViewsAttended forward(ConstMatrixView words, std::span<const Keys> views,
                        const attention::KeepWeights& keep = {}) const;
  ViewsAttended forward(ConstMatrixView words, const Keys& keys, const attention::KeepWeights& keep = {}) const {
    return forward(words, std::span(&keys, 1), keep);
  }

  // The same block with x [tokens, dim] as its own keys. Weights: of the first `num_kept` rows. Output: of all rows, or
  // of the first `num_updated` where nobody reads the others.
  attention::AttentionResult forward_self(ConstMatrixView x, attention::KeyMask mask, std::size_t num_kept,
                                          const attention::KeepWeights& keep = {},
                                          std::optional<std::size_t> num_updated = std::nullopt) const;

private:
  AttentionSublayer attention_;
  FeedForwardSublayer ffn_;
};

class CrossModalFusionNetwork {
public:
  struct Result {
    Matrix words;                                                   // [num_words, dim]
    std::vector<std::vector<attention::AttentionWeights>> weights;  // [layer][view]
  };

  // At least one layer, all of the same width and number of heads.
  explicit CrossModalFusionNetwork(std::vector<CrossModalTransformerBlock> layers);

  std::size_t num_layers() const { return layers_.size(); }
  std::size_t num_heads() const { return layers_.front().num_heads(); }
  std::size_t dim() const { return layers_.front().dim(); }

  // x = words; x = layer(x, views) for every layer.
  Result fuse(ConstMatrixView words, std::span<const Keys> views, const attention::KeepWeights& keep = {}) const;

private:
  std::vector<CrossModalTransformerBlock> layers_;
};

// Layers of one stack have one width and one number of heads: std::logic_error.
void check_alike(std::span<const CrossModalTransformerBlock> layers);

}  // namespace attnviz::fusion
