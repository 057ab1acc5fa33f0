// Words attend to patches themselves: "cross" and "multi-view".
#include <utility>

#include "attnviz/fusion/strategies.hpp"
#include "fusion/view_keys.hpp"

namespace attnviz::fusion {

CrossFusion::CrossFusion(CrossModalFusionNetwork network, StrategyParts parts)
    : FusionStrategy(network.dim(), std::move(parts)), network_(std::move(network)) {}

Matrix CrossFusion::fuse(ConstMatrixView words, std::span<const ViewKeys> views, std::span<AttentionMaps> maps) const {
  std::vector<Keys> keys;
  for (const ViewKeys& view : views) keys.push_back(view.keys());
  CrossModalFusionNetwork::Result result = network_.fuse(words, keys, {.per_head = true});
  for (std::size_t layer = 0; layer < num_layers(); ++layer) {
    for (std::size_t i = 0; i < views.size(); ++i) views[i].put(result.weights[layer][i].per_head, maps[i], layer);
  }
  return std::move(result.words);
}

}  // namespace attnviz::fusion
