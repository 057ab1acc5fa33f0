// What words look at in one view, and the way back from weights over keys to weights over patches. Private to fusion.
//
//   keys = [cells; nothing]   cells [num_cells, dim]: the patches, or what they were pooled to; `nothing`, where there
//   is
//                             one, is the last key and never masked
#pragma once

#include <cstdint>
#include <vector>

#include "attnviz/core/attention_maps.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/strategy.hpp"

namespace attnviz::fusion {

class ViewKeys {
public:
  ViewKeys(const VisualTokens& view, const StrategyParts& parts);

  Keys keys() const { return {keys_, mask_}; }
  Keys cells() const;               // without `nothing`
  ConstMatrixView nothing() const;  // [0 or 1, dim]
  std::size_t num_cells() const { return grid_.num_cells(); }

  // [1, dim]: the mean of the cells with content; zeros where there is none. `cells` [num_cells, dim]: the view's own
  // or what became of them.
  Matrix mean(ConstMatrixView cells) const;

  // weights [num_heads * num_words, num_keys] of a layer become its rows of the maps.
  void put(ConstMatrixView weights, AttentionMaps& maps, std::size_t layer) const;
  // The same for rows that do not sum to 1, because some of their weight went to no key of the view: the rest is scaled
  // up to 1, a row without any becomes even over the cells with content.
  void put_scaled(Matrix weights, AttentionMaps& maps, std::size_t layer) const;

private:
  PooledGrid grid_;
  bool has_nothing_;
  Matrix keys_;                     // [num_cells (+ 1), dim]
  std::vector<std::uint8_t> mask_;  // [num_cells (+ 1)]
};

}  // namespace attnviz::fusion
