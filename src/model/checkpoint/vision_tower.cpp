#include "model/checkpoint/vision_tower.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "attnviz/core/error.hpp"
#include "attnviz/image/patchify.hpp"

namespace attnviz::model::checkpoint {
namespace {

std::vector<std::size_t> with_lead(std::size_t lead, std::vector<std::size_t> shape) {
  shape.insert(shape.begin(), lead, 1);
  return shape;
}

}  // namespace

PatchGrid plan_grid(const Image& image, const ImageConfig& config, std::optional<int> max_patches) {
  const int budget = max_patches.value_or(config.side() * config.side());
  if (budget > image::kMaxPatches) {
    throw Error(
        ErrorCode::usage, "--patches",
        std::to_string(budget) + " is more than the " + std::to_string(image::kMaxPatches) + " that are possible");
  }
  return image::plan_grid(image.width, image.height, config.patch_px, budget, 1);
}

PatchTokens::PatchTokens(const Weights& weights, const VisionNames& names, const ImageConfig& config,
                         const image::PixelRule& pixels)
    : pixels_(pixels), interpolation_(names.interpolation), side_(static_cast<std::size_t>(config.side())) {
  const std::string& prefix = names.prefix;
  if (!names.class_token.empty()) {
    class_token_ = weights.values(prefix + names.class_token, with_lead(names.class_lead, {config.dim}));
  }
  patches_ = weights.convolution(prefix + names.patches, config.dim, 3, static_cast<std::size_t>(config.patch_px),
                                 names.patch_bias);
  const std::size_t count = num_class_tokens() + side_ * side_;
  const std::vector<float> positions =
      weights.values(prefix + names.positions, with_lead(names.positions_lead, {count, config.dim}));
  positions_ = Matrix(count, config.dim);
  std::ranges::copy(positions, positions_.data());
}

Matrix PatchTokens::run(const Image& image, const PatchGrid& grid) const {
  const std::size_t first = num_class_tokens();
  Matrix x(first + static_cast<std::size_t>(grid.num_patches()), patches_.out_dim());
  const MatrixView patches = x.view().row_range(first, x.rows() - first);
  patches_.forward_into(image::make_patches(image, grid, pixels_), patches);
  fusion::add(patches, resize_positions(positions_.view().row_range(first, side_ * side_), side_,
                                        static_cast<std::size_t>(grid.rows()), static_cast<std::size_t>(grid.cols()),
                                        interpolation_));
  if (first > 0) {
    for (std::size_t c = 0; c < x.cols(); ++c) x(0, c) = class_token_[c] + positions_(0, c);
  }
  return x;
}

VisionTower::VisionTower(const Weights& weights, const VisionNames& names, const LayerNames& layers,
                         const ImageConfig& config, const image::PixelRule& pixels, std::size_t num_layers)
    : tokens_(weights, names, config, pixels),
      layers_(read_layers(weights, names.prefix + names.layers, layers, config, num_layers)) {
  if (!names.norm_before.empty()) {
    norm_before_ = weights.norm(names.prefix + names.norm_before, config.dim, config.epsilon);
  }
}

Matrix VisionTower::run(const Image& image, const PatchGrid& grid) const {
  Matrix x = tokens_.run(image, grid);
  if (norm_before_) norm_before_->apply(x);
  for (const EncoderLayer& layer : layers_) layer.apply(x);
  return x;
}

VisionNames clip_vision_names(const std::string& prefix, const std::string& norm_before) {
  VisionNames names;
  names.prefix = prefix;
  names.class_token = "embeddings.class_embedding";
  names.patches = "embeddings.patch_embedding";
  names.positions = "embeddings.position_embedding.weight";
  names.norm_before = norm_before;
  names.layers = "encoder.layers.";
  names.patch_bias = false;
  return names;
}

VisionNames siglip_vision_names() {
  VisionNames names = clip_vision_names("vision_model.", "");
  names.class_token = "";
  names.patch_bias = true;
  return names;
}

VisionNames blip_vision_tower_names() {
  VisionNames names = clip_vision_names("vision_model.", "");
  names.positions = "embeddings.position_embedding";
  names.class_lead = 2;
  names.positions_lead = 1;
  names.patch_bias = true;
  return names;
}

VisionNames vilt_vision_names(const std::string& prefix) {
  VisionNames names;
  names.prefix = prefix;
  names.class_token = "embeddings.cls_token";
  names.patches = "embeddings.patch_embeddings.projection";
  names.positions = "embeddings.position_embeddings";
  names.class_lead = 2;
  names.positions_lead = 1;
  names.interpolation = Interpolation::linear_to_corners;
  return names;
}

}  // namespace attnviz::model::checkpoint
