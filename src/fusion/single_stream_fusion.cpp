#include <stdexcept>
#include <utility>

#include "attnviz/fusion/strategies.hpp"
#include "fusion/rows.hpp"
#include "fusion/view_keys.hpp"

namespace attnviz::fusion {

SingleStreamFusion::SingleStreamFusion(Matrix types, std::vector<CrossModalTransformerBlock> blocks,
                                       StrategyParts parts)
    : FusionStrategy(types.cols(), std::move(parts)), types_(std::move(types)), blocks_(std::move(blocks)) {
  if (types_.rows() != 2 || blocks_.empty() || blocks_.front().dim() != dim()) {
    throw std::logic_error("SingleStreamFusion: type embeddings do not fit the blocks");
  }
  check_alike(blocks_);
}

Matrix SingleStreamFusion::fuse(ConstMatrixView words, std::span<const ViewKeys> views,
                                std::span<AttentionMaps> maps) const {
  const ViewKeys& view = views.front();
  const std::size_t num_words = words.rows(), num_keys = view.keys().tokens.rows();
  Matrix x = stack({words, view.keys().tokens});  // [num_words + num_keys, dim]
  for (std::size_t row = 0; row < num_words + view.num_cells(); ++row) {
    add(x.view().row_range(row, 1), types_.view().row_range(row < num_words ? 0 : 1, 1));
  }
  std::vector<std::uint8_t> mask(num_words, 1);
  mask.insert(mask.end(), view.keys().mask.begin(), view.keys().mask.end());
  for (std::size_t layer = 0; layer < num_layers(); ++layer) {
    // Nobody reads the patches that the last layer makes.
    const std::size_t num_updated = layer + 1 == num_layers() ? num_words : x.rows();
    attention::AttentionResult result =
        blocks_[layer].forward_self(x, mask, num_words, {.per_head = true}, num_updated);
    x = std::move(result.output);
    view.put_scaled(stack({result.weights.per_head.view().columns(num_words, num_keys)}), maps.front(), layer);
  }
  return x;
}

}  // namespace attnviz::fusion
