#include "model/grounding_model.hpp"

#include <string>
#include <utility>

#include "attnviz/core/error.hpp"
#include "model/strategies.hpp"

namespace attnviz::model {
namespace {

constexpr const char* kFormat = "attnviz.model/1";

std::shared_ptr<const Encoders> of_its_width(std::shared_ptr<const Encoders> encoders, const ModelConfig& config,
                                             const std::string& where) {
  const ModelConfig& theirs = encoders->config();
  if (config.dim == theirs.dim) return encoders;
  throw Error(ErrorCode::model, where,
              "config: 'dim' is " + std::to_string(config.dim) + " where the encoders of model '" + theirs.name +
                  "' have " + std::to_string(theirs.dim),
              "use the model that it was trained with");
}

}  // namespace

ModelConfig read_config(const SafeTensors& file) {
  const std::string& format = file.metadata("format");
  if (format != kFormat) {
    throw Error(ErrorCode::model, file.name(), "format is '" + format.substr(0, 40) + "', not '" + kFormat + "'");
  }
  return parse_config(file.metadata("config"), file.name());
}

ModelFacts facts_of(const ModelConfig& config, const SafeTensors& file, const ModelConfig& encoders,
                    std::size_t encoder_parameters) {
  ModelFacts facts;
  facts.name = config.name;
  facts.fusion = config.fusion.type;
  facts.num_layers = config.fusion.layers;
  facts.num_heads = config.fusion.heads;
  facts.model_dim = config.dim;
  facts.patch_px = encoders.vision.patch_px;
  facts.encoders = config.encoders ? config.encoders->model : "";
  facts.num_parameters = encoder_parameters + file.num_values("fusion.") + file.num_values("action.");
  return facts;
}

fusion::VisualTokens visual_tokens(const EncodedImage& image, attention::KeyMask mask) {
  return {image.patches, static_cast<std::size_t>(image.grid.rows()), static_cast<std::size_t>(image.grid.cols()),
          mask};
}

GroundingModel::GroundingModel(const SafeTensors& file)
    : GroundingModel(read_config(file), file, Weights(file), nullptr) {}

GroundingModel::GroundingModel(ModelConfig config, const SafeTensors& file, const Weights& weights,
                               std::shared_ptr<const Encoders> encoders)
    : config_(std::move(config)),
      encoders_(encoders ? of_its_width(std::move(encoders), config_, file.name())
                         : std::make_shared<const Encoders>(config_, file, weights)),
      strategy_(read_strategy(config_.fusion, config_.dim, weights)) {
  if (ActionHead::is_in(weights)) action_head_.emplace(config_, weights);
  facts_ = facts_of(config_, file, encoders_->config(), encoders_->num_parameters());
}

bool GroundingModel::shares_encoders(const Model& other) const {
  const auto* same_kind = dynamic_cast<const GroundingModel*>(&other);
  return same_kind != nullptr && same_kind->encoders_ == encoders_;
}

Attended GroundingModel::attend(const EncodedImage& image, const Words& words) const {
  const std::vector<std::uint8_t> mask = content_mask(image.grid);
  fusion::Fused fused = strategy_->run(encoders_->encode(words), visual_tokens(image, mask));
  Attended attended;
  if (action_head_) attended.target = action_head_->run(fused.words, image.patches, mask, image.grid);
  attended.maps = std::move(fused.maps.front());
  return attended;
}

}  // namespace attnviz::model
