// From the trunk's features and the pixels to patch tokens (training/FORMAT.md, "Colour" and "Embed").
#pragma once

#include "attnviz/attention/linear.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/layers.hpp"
#include "model/config.hpp"
#include "model/trunk.hpp"
#include "model/weights.hpp"

namespace attnviz::model {

class PatchEmbedding {
public:
  // Reads "patches.*". Throws Error (model).
  PatchEmbedding(const ModelConfig& config, const Trunk& trunk, const Weights& weights);

  // input [H * W, 3], features of the same input -> tokens [H/16 * W/16, dim]
  Matrix run(ConstMatrixView input, MapSize input_size, const TrunkFeatures& features) const;

private:
  attention::Linear from_f16_, from_f32_, from_rgb_;
  float position_gain_;
  fusion::LayerNorm norm_in_;
  fusion::FeedForward ffn_;
  fusion::LayerNorm norm_out_;
};

}  // namespace attnviz::model
