// The image's side of a checkpoint: a vision transformer, from pixels to tokens, on grids of any shape.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/core/patch_grid.hpp"
#include "attnviz/image/resample.hpp"
#include "model/checkpoint/config.hpp"
#include "model/checkpoint/layers.hpp"
#include "model/checkpoint/positions.hpp"
#include "model/weights.hpp"

namespace attnviz::model::checkpoint {

// The grid of an image: about as many patches as training had, or `max_patches`. Throws Error (usage) for more than
// are possible.
PatchGrid plan_grid(const Image& image, const ImageConfig& config, std::optional<int> max_patches);

// Where an architecture keeps what stands before the layers.
struct VisionNames {
  std::string prefix;       // of the whole side, ends in a dot
  std::string class_token;  // empty: there is none
  std::string patches;      // the convolution that cuts the patches
  std::string positions;    // [tokens, dim] with `positions_lead` axes of 1 before
  std::size_t class_lead = 0, positions_lead = 0;
  std::string norm_before;  // empty: none
  std::string layers;       // ends in a dot
  bool patch_bias = true;
  Interpolation interpolation = Interpolation::cubic;
};

// Patches with their positions: what the first layer is given.
class PatchTokens {
public:
  PatchTokens(const Weights& weights, const VisionNames& names, const ImageConfig& config,
              const image::PixelRule& pixels);

  // [num_patches, dim], after the class token where there is one.
  Matrix run(const Image& image, const PatchGrid& grid) const;
  std::size_t num_class_tokens() const { return class_token_.empty() ? 0 : 1; }

private:
  image::PixelRule pixels_;
  Interpolation interpolation_;
  std::size_t side_;
  std::vector<float> class_token_;  // [dim] or empty
  attention::Linear patches_;
  Matrix positions_;  // [class token and side * side, dim]
};

class VisionTower {
public:
  // `num_layers`: how many of the layers are run, from the first on.
  VisionTower(const Weights& weights, const VisionNames& names, const LayerNames& layers, const ImageConfig& config,
              const image::PixelRule& pixels, std::size_t num_layers);

  // Tokens after the layers: [class token and num_patches, dim].
  Matrix run(const Image& image, const PatchGrid& grid) const;
  std::size_t num_class_tokens() const { return tokens_.num_class_tokens(); }

private:
  PatchTokens tokens_;
  std::optional<fusion::LayerNorm> norm_before_;
  std::vector<EncoderLayer> layers_;
};

VisionNames clip_vision_names(const std::string& prefix, const std::string& norm_before);
VisionNames siglip_vision_names();
VisionNames blip_vision_tower_names();
VisionNames vilt_vision_names(const std::string& prefix);

}  // namespace attnviz::model::checkpoint
