// ViLT: one stream of words and patches; what words give to patches in each layer and head is the map, what they give
// to each other is divided out (Kim et al., "ViLT", 2021).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/checkpoint/checkpoint_model.hpp"
#include "model/checkpoint/vision_tower.hpp"

namespace attnviz::model::checkpoint {

class ViltModel : public CheckpointModel {
public:
  ViltModel(const Folder& folder, std::shared_ptr<const text::Tokenizer> tokenizer, const Weights& weights);

  ViewChoice default_view() const override { return {"mean", "mean"}; }
  PatchRange patch_range() const override;
  // Patches: the image's class token, then [num_patches, dim], as they enter the stream. Without `max_patches` the
  // image is stretched and cut as the model's processor does it.
  EncodedImage encode(const Image& image, std::optional<int> max_patches) const override;
  Attended attend(std::span<const EncodedImage> views, const Instruction& instruction) const override;

private:
  AttentionMaps attend(const EncodedImage& view, const Matrix& tokens,
                       const std::vector<std::vector<std::size_t>>& tokens_of_words) const;

  PatchTokens patches_;
  TokenEmbedding embedding_;
  Matrix stream_types_;  // [2 or more, dim]: added to words, to patches
  std::vector<EncoderLayer> layers_;
};

}  // namespace attnviz::model::checkpoint
