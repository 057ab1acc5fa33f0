// The predicted place of the action, from fused words and patch tokens (training/FORMAT.md, "Action head").
#pragma once

#include <span>
#include <vector>

#include "attnviz/attention/linear.hpp"
#include "attnviz/attention/softmax.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/core/report.hpp"
#include "model/config.hpp"
#include "model/weights.hpp"

namespace attnviz::model {

class ActionHead {
public:
  static bool is_in(const Weights& weights) { return weights.has("action.query.weight"); }

  // Reads "action.*". Throws Error (model).
  ActionHead(const ModelConfig& config, const Weights& weights);

  // fused [num_words, dim], patches [num_patches, dim], mask [num_patches]: 1 = content. In original pixels.
  Target run(ConstMatrixView fused, ConstMatrixView patches, attention::KeyMask mask, const PatchGrid& grid) const;

  // p [num_patches]: how probably the action is at each patch; 0 on padding. `summary` [1, dim]: the mean fused word.
  std::vector<float> probabilities(ConstMatrixView summary, ConstMatrixView patches, attention::KeyMask mask) const;

private:
  // Around the centre of patch `best`, in input pixels.
  Box box(ConstMatrixView summary, std::span<const float> token, int best, const PatchGrid& grid) const;

  attention::Linear query_, key_, box1_, box2_;
};

}  // namespace attnviz::model
