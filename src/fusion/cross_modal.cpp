#include "attnviz/fusion/cross_modal.hpp"

#include <stdexcept>
#include <utility>

#include "attnviz/core/error.hpp"

namespace attnviz::fusion {

CrossModalTransformerBlock::CrossModalTransformerBlock(attention::CrossModalAttention attention, LayerNorm norm1,
                                                       FeedForward ffn, LayerNorm norm2, const std::string& name)
    : attention_(std::move(attention)), norm1_(std::move(norm1)), ffn_(std::move(ffn)), norm2_(std::move(norm2)) {
  if (attention_.word_dim() != dim() || attention_.out_dim() != dim() || ffn_.dim() != dim() || norm2_.dim() != dim()) {
    throw Error(ErrorCode::model, name,
                "widths do not fit: norm1 " + std::to_string(dim()) + ", attention " +
                    std::to_string(attention_.word_dim()) + " to " + std::to_string(attention_.out_dim()) + ", ffn " +
                    std::to_string(ffn_.dim()) + ", norm2 " + std::to_string(norm2_.dim()));
  }
}

Matrix CrossModalTransformerBlock::forward(ConstMatrixView words, ConstMatrixView patches, attention::KeyMask mask,
                                           Matrix* weights) const {
  attention::AttentionResult attended =
      attention_.forward(words, patches, {.mask = mask, .keep = {.per_head = weights != nullptr}});
  if (weights != nullptr) *weights = std::move(attended.weights.per_head);
  Matrix x = std::move(attended.output);  // [num_words, dim]
  add(x, words);
  norm1_.apply(x);
  ffn_.add_to(x);
  norm2_.apply(x);
  return x;
}

CrossModalFusionNetwork::CrossModalFusionNetwork(std::vector<CrossModalTransformerBlock> layers)
    : layers_(std::move(layers)) {
  if (layers_.empty()) throw std::logic_error("CrossModalFusionNetwork: no layers");
  for (const CrossModalTransformerBlock& layer : layers_) {
    if (layer.dim() != dim() || layer.num_heads() != num_heads()) {
      throw std::logic_error("CrossModalFusionNetwork: layers differ in width or heads");
    }
  }
}

Matrix CrossModalFusionNetwork::fuse(ConstMatrixView words, ConstMatrixView patches, attention::KeyMask mask,
                                     std::vector<Matrix>* weights) const {
  Matrix x;
  for (const CrossModalTransformerBlock& layer : layers_) {
    Matrix layer_weights;
    x = layer.forward(x.empty() ? words : x.view(), patches, mask, weights == nullptr ? nullptr : &layer_weights);
    if (weights != nullptr) weights->push_back(std::move(layer_weights));
  }
  return x;
}

}  // namespace attnviz::fusion
