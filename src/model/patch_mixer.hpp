// What a patch learns from its neighbours (training/FORMAT.md, "Mix"; after Liu et al., "A ConvNet for the 2020s",
// 2022).
#pragma once

#include <cstddef>
#include <string>

#include "attnviz/attention/softmax.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/layers.hpp"
#include "model/depthwise.hpp"
#include "model/weights.hpp"

namespace attnviz::model {

class PatchMixer {
public:
  // Reads name.depthwise, name.ffn, name.norm. Throws Error (model).
  PatchMixer(const std::string& name, std::size_t dim, const Weights& weights);

  // v = LN(v + FFN(DW(v))). tokens [grid.cells(), dim]; content [grid.cells()]: 1 = content; neighbours see zeros in
  // place of the rest.
  void apply(Matrix& tokens, MapSize grid, attention::KeyMask content) const;

private:
  Depthwise depthwise_;
  fusion::FeedForward ffn_;
  fusion::LayerNorm norm_;
};

}  // namespace attnviz::model
