#include "attnviz/fusion/cross_modal.hpp"

#include <stdexcept>
#include <utility>

#include "attnviz/core/error.hpp"
#include "fusion/rows.hpp"

namespace attnviz::fusion {

CrossModalTransformerBlock::CrossModalTransformerBlock(AttentionSublayer attention, FeedForwardSublayer ffn,
                                                       const std::string& name)
    : attention_(std::move(attention)), ffn_(std::move(ffn)) {
  if (ffn_.dim() != dim()) {
    throw Error(ErrorCode::model, name,
                "widths do not fit: attention " + std::to_string(dim()) + ", ffn " + std::to_string(ffn_.dim()));
  }
}

ViewsAttended CrossModalTransformerBlock::forward(ConstMatrixView words, std::span<const Keys> views,
                                                  const attention::KeepWeights& keep) const {
  ViewsAttended result;
  result.output = stack({words});
  result.weights = attention_.attend(result.output, views, keep);
  ffn_.apply(result.output);
  return result;
}

attention::AttentionResult CrossModalTransformerBlock::forward_self(ConstMatrixView x, attention::KeyMask mask,
                                                                    std::size_t num_kept,
                                                                    const attention::KeepWeights& keep,
                                                                    std::optional<std::size_t> num_updated) const {
  const std::size_t num_rows = num_updated.value_or(x.rows());
  Matrix all = stack({x});
  attention::AttentionResult result;
  result.weights = attention_.attend_self(all, mask, num_kept, keep, num_rows);
  result.output = num_rows == x.rows() ? std::move(all) : stack({all.view().row_range(0, num_rows)});
  ffn_.apply(result.output);
  return result;
}

CrossModalFusionNetwork::CrossModalFusionNetwork(std::vector<CrossModalTransformerBlock> layers)
    : layers_(std::move(layers)) {
  if (layers_.empty()) throw std::logic_error("CrossModalFusionNetwork: no layers");
  check_alike(layers_);
}

CrossModalFusionNetwork::Result CrossModalFusionNetwork::fuse(ConstMatrixView words, std::span<const Keys> views,
                                                              const attention::KeepWeights& keep) const {
  Result result;
  for (const CrossModalTransformerBlock& layer : layers_) {
    ViewsAttended attended = layer.forward(result.words.empty() ? words : result.words.view(), views, keep);
    result.words = std::move(attended.output);
    result.weights.push_back(std::move(attended.weights));
  }
  return result;
}

void check_alike(std::span<const CrossModalTransformerBlock> layers) {
  for (const CrossModalTransformerBlock& layer : layers) {
    if (layer.dim() != layers.front().dim() || layer.num_heads() != layers.front().num_heads()) {
      throw std::logic_error("layers differ in width or heads");
    }
  }
}

}  // namespace attnviz::fusion
