// Words attend to latents that have read the picture: "perceiver" and "gated".
#include <stdexcept>
#include <utility>

#include "attnviz/fusion/strategies.hpp"
#include "fusion/rows.hpp"
#include "fusion/view_keys.hpp"

namespace attnviz::fusion {
namespace {

// weights [rows, num_latents (+ 1)] of words on latents and "nothing here", seen [num_latents, num_cells]: what of it
// goes to [cells; nothing], [rows, num_cells (+ 1)].
Matrix look_through(ConstMatrixView weights, ConstMatrixView seen) {
  const std::size_t behind = weights.cols() - seen.rows();
  Matrix through(weights.rows(), seen.cols() + behind);
  attention::matmul_transposed(weights.columns(0, seen.rows()), attention::PackedMatrix::from_transposed(seen),
                               through.view().columns(0, seen.cols()));
  copy_rows(weights.columns(seen.rows(), behind), through.view().columns(seen.cols(), behind));
  return through;
}

}  // namespace

PerceiverFusion::PerceiverFusion(PerceiverResampler resampler, CrossModalFusionNetwork network, StrategyParts parts)
    : FusionStrategy(network.dim(), std::move(parts)), resampler_(std::move(resampler)), network_(std::move(network)) {
  if (resampler_.dim() != network_.dim()) throw std::logic_error("PerceiverFusion: latents do not fit the network");
}

Matrix PerceiverFusion::fuse(ConstMatrixView words, std::span<const ViewKeys> views,
                             std::span<AttentionMaps> maps) const {
  const ViewKeys& view = views.front();
  const std::size_t words_read = reads_words() ? words.rows() : 0;
  const Matrix inputs = stack({words.row_range(0, words_read), view.cells().tokens});  // [L; V] or V
  std::vector<std::uint8_t> mask(words_read, 1);
  mask.insert(mask.end(), view.cells().mask.begin(), view.cells().mask.end());
  const auto [latents, seen] = resampler_.run({inputs, mask});

  const Matrix keys = stack({latents, view.nothing()});
  const Keys readable{keys};
  CrossModalFusionNetwork::Result result = network_.fuse(words, std::span(&readable, 1), {.per_head = true});
  const ConstMatrixView seen_cells = seen.view().columns(words_read, view.num_cells());
  for (std::size_t layer = 0; layer < num_layers(); ++layer) {
    view.put_scaled(look_through(result.weights[layer].front().per_head, seen_cells), maps.front(), layer);
  }
  return std::move(result.words);
}

}  // namespace attnviz::fusion
