#include "model/checkpoint/image_side.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace attnviz::model::checkpoint {
namespace {

// How much a difference of cosines counts, as training left it.
float read_scale(const Weights& weights) { return std::exp(std::min(weights.number("logit_scale"), 10.0F)); }

// All but the last layer, and of the last the value path alone: its own attention gathers the image into the class
// token and blurs the patches.
class ClipSide : public ImageSide {
public:
  ClipSide(const Weights& weights, const Folder& folder)
      : tower_(weights, clip_vision_names("vision_model.", "pre_layrnorm"), clip_names(), folder.config.vision,
               folder.pixels, folder.config.vision.layers - 1),
        values_(weights, "vision_model.encoder.layers." + std::to_string(folder.config.vision.layers - 1) + ".",
                clip_names(), folder.config.vision),
        norm_(weights.norm("vision_model.post_layernorm", folder.config.vision.dim, folder.config.vision.epsilon)),
        projection_(weights.packed("visual_projection.weight", folder.config.projection, folder.config.vision.dim), {}),
        scale_(read_scale(weights)) {}

  Matrix run(const Image& image, const PatchGrid& grid) const override {
    const Matrix x = tower_.run(image, grid);
    Matrix values = values_.run(x.view().row_range(1, x.rows() - 1));
    norm_.apply(values);
    Matrix features = projection_.forward(values);
    scale_rows(features, scale_);
    return features;
  }

private:
  VisionTower tower_;
  ValuePath values_;
  fusion::LayerNorm norm_;
  attention::Linear projection_;
  float scale_;
};

// SigLIP pools its patches with an attention of its own: each patch is given what the pool would be if it looked at
// that patch alone.
class SiglipSide : public ImageSide {
public:
  SiglipSide(const Weights& weights, const Folder& folder)
      : tower_(weights, siglip_vision_names(), clip_names(), folder.config.vision, folder.pixels,
               folder.config.vision.layers),
        norm_(weights.norm("vision_model.post_layernorm", dim(folder), folder.config.vision.epsilon)),
        value_(weights.linear_part("vision_model.head.attention.in_proj_weight",
                                   "vision_model.head.attention.in_proj_bias", 2 * dim(folder), dim(folder),
                                   3 * dim(folder), dim(folder))),
        output_(weights.linear("vision_model.head.attention.out_proj", dim(folder), dim(folder))),
        ffn_(fusion::FeedForward(weights.linear("vision_model.head.mlp.fc1", dim(folder), folder.config.vision.ffn),
                                 weights.linear("vision_model.head.mlp.fc2", folder.config.vision.ffn, dim(folder)),
                                 "vision_model.head.mlp", folder.config.vision.activation),
             {fusion::NormOrder::pre,
              weights.norm("vision_model.head.layernorm", dim(folder), folder.config.vision.epsilon)},
             "vision_model.head"),
        scale_(read_scale(weights)) {}

  Matrix run(const Image& image, const PatchGrid& grid) const override {
    Matrix x = tower_.run(image, grid);
    norm_.apply(x);
    Matrix features = output_.forward(value_.forward(x));
    ffn_.apply(features);
    scale_rows(features, scale_);
    return features;
  }

private:
  static std::size_t dim(const Folder& folder) { return folder.config.vision.dim; }

  VisionTower tower_;
  fusion::LayerNorm norm_;
  attention::Linear value_, output_;
  fusion::FeedForwardSublayer ffn_;
  float scale_;
};

// OWL-ViT was trained to name its patches: score = (cosine + shift) * (elu(scale) + 1), both of the patch.
class OwlSide : public ImageSide {
public:
  OwlSide(const Weights& weights, const Folder& folder)
      : tower_(weights, clip_vision_names("owlvit.vision_model.", "pre_layernorm"), clip_names(), folder.config.vision,
               folder.pixels, folder.config.vision.layers),
        norm_(weights.norm("owlvit.vision_model.post_layernorm", dim(folder), folder.config.vision.epsilon)),
        merged_norm_(weights.norm("layer_norm", dim(folder), folder.config.vision.epsilon)),
        features_(weights.linear("class_head.dense0", dim(folder), folder.config.text.dim)),
        shift_(weights.linear("class_head.logit_shift", dim(folder), 1)),
        scale_(weights.linear("class_head.logit_scale", dim(folder), 1)) {}

  Matrix run(const Image& image, const PatchGrid& grid) const override {
    Matrix x = tower_.run(image, grid);
    norm_.apply(x);
    Matrix merged(x.rows() - 1, x.cols());
    for (std::size_t p = 0; p < merged.rows(); ++p) {
      for (std::size_t c = 0; c < x.cols(); ++c) merged(p, c) = x(p + 1, c) * x(0, c);
    }
    merged_norm_.apply(merged);
    const Matrix shifts = shift_.forward(merged), scales = scale_.forward(merged);
    Matrix out(merged.rows(), features_.out_dim() + 1);
    const MatrixView features = out.view().columns(0, features_.out_dim());
    features_.forward_into(merged, features);
    scale_rows(features, 1, 1e-6F);
    for (std::size_t p = 0; p < out.rows(); ++p) {
      const float scale = scales(p, 0) > 0 ? scales(p, 0) + 1 : std::exp(scales(p, 0));
      for (float& value : features.row(p)) value *= scale;
      out(p, features_.out_dim()) = shifts(p, 0) * scale;
    }
    return out;
  }

private:
  static std::size_t dim(const Folder& folder) { return folder.config.vision.dim; }

  VisionTower tower_;
  fusion::LayerNorm norm_, merged_norm_;
  attention::Linear features_, shift_, scale_;
};

}  // namespace

std::unique_ptr<const ImageSide> read_image_side(const Weights& weights, const Folder& folder) {
  switch (folder.config.architecture) {
    case Architecture::siglip:
      return std::make_unique<SiglipSide>(weights, folder);
    case Architecture::owlvit:
      return std::make_unique<OwlSide>(weights, folder);
    default:
      return std::make_unique<ClipSide>(weights, folder);
  }
}

void scale_rows(MatrixView x, float length, float epsilon) {
  for (std::size_t r = 0; r < x.rows(); ++r) {
    double squares = 0;
    for (const float value : x.row(r)) squares += static_cast<double>(value) * value;
    if (squares == 0) continue;
    const auto factor = static_cast<float>(length / (std::sqrt(squares) + epsilon));
    for (float& value : x.row(r)) value *= factor;
  }
}

}  // namespace attnviz::model::checkpoint
