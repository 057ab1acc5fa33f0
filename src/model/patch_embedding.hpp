// From the trunk's features and the pixels to patch tokens (training/FORMAT.md, "Colour", "Embed" and "Mix").
#pragma once

#include <vector>

#include "attnviz/attention/linear.hpp"
#include "attnviz/attention/softmax.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/layers.hpp"
#include "model/config.hpp"
#include "model/patch_mixer.hpp"
#include "model/trunk.hpp"
#include "model/weights.hpp"

namespace attnviz::model {

class PatchEmbedding {
public:
  // Reads "patches.*". Throws Error (model).
  PatchEmbedding(const ModelConfig& config, const Trunk& trunk, const Weights& weights);

  // input [H * W, 3], features of the same input, content [num_patches]: 1 = content -> tokens [H/16 * W/16, dim]
  Matrix run(ConstMatrixView input, MapSize input_size, const TrunkFeatures& features,
             attention::KeyMask content) const;

private:
  attention::Linear from_f16_, from_f32_, from_rgb_, from_place_;
  fusion::LayerNorm norm_in_;
  fusion::FeedForward ffn_;
  fusion::LayerNorm norm_out_;
  std::vector<PatchMixer> mixers_;
};

}  // namespace attnviz::model
