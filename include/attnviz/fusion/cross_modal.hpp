// The reference documents' transformer block and N-layer fusion network: words look at patches and become fused words.
//
//   words    [num_words, dim]
//   patches  [num_keys, dim]
//   mask     [num_keys] or empty, 1 = attend
//   weights  a block: [num_heads * num_words, num_keys]; a network: one such matrix a layer
//
// Shapes that do not fit throw Error (model) with the layer's name.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/layers.hpp"

namespace attnviz::fusion {

// x = LN(x + CA(x, V)); x = LN(x + FFN(x)). Post-norm; attention and feed-forward know no residual of their own.
class CrossModalTransformerBlock {
public:
  CrossModalTransformerBlock(attention::CrossModalAttention attention, LayerNorm norm1, FeedForward ffn,
                             LayerNorm norm2, const std::string& name);

  std::size_t num_heads() const { return attention_.num_heads(); }
  std::size_t dim() const { return norm1_.dim(); }

  // Returns the fused words [num_words, dim]; `weights`, where given, becomes the block's attention weights.
  Matrix forward(ConstMatrixView words, ConstMatrixView patches, attention::KeyMask mask = {},
                 Matrix* weights = nullptr) const;

private:
  attention::CrossModalAttention attention_;
  LayerNorm norm1_;
  FeedForward ffn_;
  LayerNorm norm2_;
};

class CrossModalFusionNetwork {
public:
  // At least one layer, all of the same width and number of heads.
  explicit CrossModalFusionNetwork(std::vector<CrossModalTransformerBlock> layers);

  std::size_t num_layers() const { return layers_.size(); }
  std::size_t num_heads() const { return layers_.front().num_heads(); }
  std::size_t dim() const { return layers_.front().dim(); }

  // x = words; x = layer(x, patches) for every layer. `weights`, where given, gets one matrix a layer.
  Matrix fuse(ConstMatrixView words, ConstMatrixView patches, attention::KeyMask mask = {},
              std::vector<Matrix>* weights = nullptr) const;

private:
  std::vector<CrossModalTransformerBlock> layers_;
};

}  // namespace attnviz::fusion
