// The models of our own format: trunk, patch tokens, word tokens, a fusion strategy, an action head.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "attnviz/fusion/strategy.hpp"
#include "attnviz/model/model.hpp"
#include "model/action_head.hpp"
#include "model/config.hpp"
#include "model/patch_embedding.hpp"
#include "model/safetensors.hpp"
#include "model/trunk.hpp"
#include "model/word_encoder.hpp"

namespace attnviz::model {

class GroundingModel : public Model {
public:
  // Copies what it needs: `file` may go afterwards. Throws Error (model).
  explicit GroundingModel(const SafeTensors& file);

  const ModelFacts& facts() const override { return facts_; }
  const Vocabulary& vocabulary() const override { return vocabulary_; }
  ViewChoice default_view() const override { return config_.view; }
  int default_patches() const override { return config_.vision.patches; }
  EncodedImage encode(const Image& image, int max_patches) const override;
  Attended attend(const EncodedImage& image, const Words& words) const override;

  // The stages between, for tests against the training code.
  const Trunk& trunk() const { return trunk_; }
  const PatchEmbedding& patch_embedding() const { return patch_embedding_; }
  const WordEncoder& word_encoder() const { return word_encoder_; }
  const fusion::FusionStrategy& strategy() const { return *strategy_; }
  const std::optional<ActionHead>& action_head() const { return action_head_; }
  const ModelConfig& config() const { return config_; }

private:
  GroundingModel(const SafeTensors& file, const Weights& weights);

  ModelConfig config_;
  Trunk trunk_;
  PatchEmbedding patch_embedding_;
  Vocabulary vocabulary_;
  WordEncoder word_encoder_;
  std::unique_ptr<fusion::FusionStrategy> strategy_;
  std::optional<ActionHead> action_head_;
  ModelFacts facts_;
};

// Patches with content: [num_patches], 1 = content.
std::vector<std::uint8_t> content_mask(const PatchGrid& grid);

// Borrows both.
fusion::VisualTokens visual_tokens(const EncodedImage& image, attention::KeyMask mask);

}  // namespace attnviz::model
