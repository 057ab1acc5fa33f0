// BLIP for image-text matching: the text's transformer looks at the image's tokens in every layer, so its
// cross-attention is the map (Li et al., "BLIP", 2022). Layers and heads are those of the text's side.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/checkpoint/checkpoint_model.hpp"
#include "model/checkpoint/vision_tower.hpp"

namespace attnviz::model::checkpoint {

class BlipModel : public CheckpointModel {
public:
  BlipModel(const Folder& folder, std::shared_ptr<const text::Tokenizer> tokenizer, const Weights& weights);

  ViewChoice default_view() const override { return {"mean", "mean"}; }
  // Patches: the class token, then [num_patches, dim].
  EncodedImage encode(const Image& image, std::optional<int> max_patches) const override;
  Attended attend(std::span<const EncodedImage> views, const Instruction& instruction) const override;

private:
  struct Layer {
    EncoderLayer own;  // self-attention and feed-forward
    AttentionPart cross;
  };
  static std::vector<Layer> read_layers_of_text(const Weights& weights, const CheckpointConfig& config);
  AttentionMaps attend(const EncodedImage& view, Matrix x,
                       const std::vector<std::vector<std::size_t>>& tokens_of_words) const;

  VisionTower vision_;
  fusion::LayerNorm vision_norm_;
  TokenEmbedding embedding_;
  std::vector<Layer> layers_;
};

}  // namespace attnviz::model::checkpoint
