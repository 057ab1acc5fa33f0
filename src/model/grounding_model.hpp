// The models of our own format: encoders, a fusion strategy, an action head.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "arrays/safetensors.hpp"
#include "attnviz/fusion/strategy.hpp"
#include "attnviz/model/model.hpp"
#include "model/action_head.hpp"
#include "model/config.hpp"
#include "model/encoders.hpp"

namespace attnviz::model {

class GroundingModel : public Model {
public:
  // A file with encoders of its own. Copies what it needs: `file` may go afterwards. Throws Error (model).
  explicit GroundingModel(const arrays::SafeTensors& file);
  // `encoders`: shared with other models; null: the file's own. Reads "fusion.*" and "action.*". Throws Error (model),
  // also where the encoders' tokens are of another width.
  GroundingModel(ModelConfig config, const arrays::SafeTensors& file, const Weights& weights,
                 std::shared_ptr<const Encoders> encoders);

  const ModelFacts& facts() const override { return facts_; }
  const Vocabulary& vocabulary() const override { return encoders_->vocabulary(); }
  ViewChoice default_view() const override { return config_.view; }
  PatchRange patch_range() const override { return encoders_->config().vision.patches; }
  Honesty honesty() const override { return config_.honesty; }
  bool shares_encoders(const Model& other) const override;
  EncodedImage encode(const Image& image, std::optional<int> max_patches) const override {
    return encoders_->encode(image, max_patches);
  }
  using Model::attend;
  Instruction read(const std::string& text, const std::optional<std::string>& words) const override;
  Attended attend(std::span<const EncodedImage> views, const Instruction& instruction) const override;

  // The stages between, for tests against the training code.
  const Encoders& encoders() const { return *encoders_; }
  const fusion::FusionStrategy& strategy() const { return *strategy_; }
  const std::optional<ActionHead>& action_head() const { return action_head_; }

private:
  fusion::Fused fuse(ConstMatrixView words, std::span<const fusion::VisualTokens> views) const;

  ModelConfig config_;
  std::shared_ptr<const Encoders> encoders_;
  std::unique_ptr<fusion::FusionStrategy> strategy_;
  std::optional<ActionHead> action_head_;
  ModelFacts facts_;
};

// Checks the format of the file and parses its config. Throws Error (model).
ModelConfig read_config(const arrays::SafeTensors& file);

// What headers say of a model: its file's, and what that of its encoders says of them.
ModelFacts facts_of(const ModelConfig& config, const arrays::SafeTensors& file, const ModelConfig& encoders,
                    std::size_t encoder_parameters);

// Borrows both.
fusion::VisualTokens visual_tokens(const EncodedImage& image, attention::KeyMask mask);

}  // namespace attnviz::model
