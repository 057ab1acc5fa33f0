#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "attnviz/fusion/strategy.hpp"

namespace attnviz::fusion {
namespace {

// Patches and, as the last row, the "nothing here" token: [num_patches + 1, dim].
Matrix append_row(ConstMatrixView patches, std::span<const float> token) {
  Matrix keys(patches.rows() + 1, patches.cols());
  for (std::size_t p = 0; p < patches.rows(); ++p) std::ranges::copy(patches.row(p), keys.row(p).begin());
  std::ranges::copy(token, keys.row(patches.rows()).begin());
  return keys;
}

// One layer's weights [num_heads * num_words, num_patches + 1] into the maps.
void split_into(AttentionMaps& maps, std::size_t layer, ConstMatrixView weights) {
  for (std::size_t head = 0; head < maps.num_heads; ++head) {
    for (std::size_t word = 0; word < maps.num_words; ++word) {
      const std::span<const float> row = weights.row(head * maps.num_words + word);
      std::ranges::copy(row.first(maps.num_patches), maps.row(layer, head, word).begin());
      maps.nothing[maps.row_index(layer, head, word)] = row.back();
    }
  }
}

}  // namespace

CrossFusion::CrossFusion(CrossModalFusionNetwork network, Matrix nothing)
    : network_(std::move(network)), nothing_(std::move(nothing)) {
  if (nothing_.rows() != 1 || nothing_.cols() != network_.dim()) {
    throw std::logic_error("CrossFusion: the \"nothing here\" token does not fit the network");
  }
}

Fused CrossFusion::run(ConstMatrixView words, ConstMatrixView patches, attention::KeyMask mask) const {
  if (patches.cols() != network_.dim() || (!mask.empty() && mask.size() != patches.rows())) {
    throw std::logic_error("CrossFusion: patches or mask do not fit");
  }
  std::vector<std::uint8_t> key_mask(mask.begin(), mask.end());
  key_mask.resize(patches.rows(), 1);
  key_mask.push_back(1);  // nothing is always there
  std::vector<Matrix> weights;
  Fused fused;
  fused.words = network_.fuse(words, append_row(patches, nothing_.row(0)), key_mask, &weights);
  fused.maps = AttentionMaps(num_layers(), num_heads(), words.rows(), patches.rows(), true);
  for (std::size_t layer = 0; layer < weights.size(); ++layer) split_into(fused.maps, layer, weights[layer]);
  return fused;
}

}  // namespace attnviz::fusion
