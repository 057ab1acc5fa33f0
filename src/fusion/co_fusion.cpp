#include <stdexcept>
#include <utility>

#include "attnviz/fusion/strategies.hpp"
#include "fusion/rows.hpp"
#include "fusion/view_keys.hpp"

namespace attnviz::fusion {
namespace {

std::size_t width(const std::vector<CoFusion::Layer>& layers) {
  if (layers.empty()) throw std::logic_error("CoFusion: no layers");
  return layers.front().attention.dim();
}

}  // namespace

CoFusion::CoFusion(std::vector<Layer> layers, std::optional<attention::Linear> joined, StrategyParts parts)
    : FusionStrategy(width(layers), std::move(parts)), layers_(std::move(layers)), joined_(std::move(joined)) {
  const auto fits = [this](const std::optional<FeedForwardSublayer>& ffn) { return !ffn || ffn->dim() == dim(); };
  for (const Layer& layer : layers_) {
    if (layer.attention.dim() != dim() || layer.attention.num_heads() != num_heads() || !fits(layer.language_ffn) ||
        !fits(layer.vision_ffn)) {
      throw std::logic_error("CoFusion: layers differ in width or heads");
    }
  }
  if (joined_ && (joined_->in_dim() != 2 * dim() || joined_->out_dim() != dim())) {
    throw std::logic_error("CoFusion: the join does not fit the layers");
  }
}

Matrix CoFusion::fuse(ConstMatrixView words, std::span<const ViewKeys> views, std::span<AttentionMaps> maps) const {
  const ViewKeys& view = views.front();
  Matrix l = stack({words}), v = stack({view.cells().tokens});  // [num_words, dim], [num_cells, dim]
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const auto& [attention, language_ffn, vision_ffn] = layers_[i];
    const auto weights = attention.apply(l, v, view.nothing(), view.keys().mask, {.per_head = true});
    view.put(weights.per_head, maps.front(), i);
    if (language_ffn) language_ffn->apply(l);
    if (vision_ffn) vision_ffn->apply(v);
  }
  const Matrix vision = view.mean(v);  // [1, dim]
  if (joined_) return joined_->forward(beside(l, vision));
  for (std::size_t word = 0; word < l.rows(); ++word) add(l.view().row_range(word, 1), vision);
  return l;
}

}  // namespace attnviz::fusion
