#include "fusion/view_keys.hpp"

#include <numeric>

#include "fusion/rows.hpp"

namespace attnviz::fusion {

ViewKeys::ViewKeys(const VisualTokens& view, const StrategyParts& parts)
    : grid_(parts.pool.plan(view)),
      has_nothing_(!parts.nothing.empty()),
      keys_(grid_.num_cells() + parts.nothing.rows(), view.patches.cols()),
      mask_(grid_.mask) {
  parts.pool.downsample(view, grid_, keys_.view().row_range(0, num_cells()));
  if (!has_nothing_) return;
  copy_rows(parts.nothing, keys_.view().row_range(num_cells(), 1));
  mask_.push_back(1);
}

Keys ViewKeys::cells() const { return {keys_.view().row_range(0, num_cells()), grid_.mask}; }

ConstMatrixView ViewKeys::nothing() const { return keys_.view().row_range(num_cells(), has_nothing_ ? 1 : 0); }

Matrix ViewKeys::mean(ConstMatrixView cells) const { return mean_row(cells, grid_.mask); }

void ViewKeys::put(ConstMatrixView weights, AttentionMaps& maps, std::size_t layer) const {
  for (std::size_t head = 0; head < maps.num_heads; ++head) {
    for (std::size_t word = 0; word < maps.num_words; ++word) {
      const std::span<const float> row = weights.row(head * maps.num_words + word);
      const std::span<float> patches = maps.row(layer, head, word);
      for (std::size_t p = 0; p < patches.size(); ++p) patches[p] = row[grid_.cell_of[p]] * grid_.share[p];
      if (has_nothing_) maps.nothing[maps.row_index(layer, head, word)] = row.back();
    }
  }
}

void ViewKeys::put_scaled(Matrix weights, AttentionMaps& maps, std::size_t layer) const {
  const auto with_content = std::accumulate(grid_.mask.begin(), grid_.mask.end(), 0.0);
  for (std::size_t r = 0; r < weights.rows(); ++r) {
    const std::span<float> row = weights.row(r);
    const double sum = std::accumulate(row.begin(), row.end(), 0.0);
    for (float& weight : row) weight = sum > 0 ? static_cast<float>(weight / sum) : 0.0f;
    for (std::size_t cell = 0; sum <= 0 && cell < num_cells(); ++cell) {
      row[cell] = grid_.mask[cell] != 0 ? static_cast<float>(1 / with_content) : 0.0f;
    }
  }
  put(weights, maps, layer);
}

}  // namespace attnviz::fusion
