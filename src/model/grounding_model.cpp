#include "model/grounding_model.hpp"

#include <string>
#include <utility>

#include "attnviz/core/error.hpp"
#include "attnviz/text/segment.hpp"
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

ModelConfig read_config(const arrays::SafeTensors& file) {
  const std::string& format = file.metadata("format");
  if (format != kFormat) {
    throw Error(ErrorCode::model, file.name(), "format is '" + format.substr(0, 40) + "', not '" + kFormat + "'",
                "of a checkpoint, give the folder that config.json lies in");
  }
  return parse_config(file.metadata("config"), file.name());
}

ModelFacts facts_of(const ModelConfig& config, const arrays::SafeTensors& file, const ModelConfig& encoders,
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

GroundingModel::GroundingModel(const arrays::SafeTensors& file)
    : GroundingModel(read_config(file), file, Weights(file), nullptr) {}

GroundingModel::GroundingModel(ModelConfig config, const arrays::SafeTensors& file, const Weights& weights,
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

// A strategy that knows of views takes all at once; others see them one by one, and words end as the mean.
fusion::Fused GroundingModel::fuse(ConstMatrixView words, std::span<const fusion::VisualTokens> views) const {
  if (views.size() == 1 || strategy_->takes_several_views()) return strategy_->run(words, views);
  fusion::Fused all;
  for (const fusion::VisualTokens& view : views) {
    fusion::Fused one = strategy_->run(words, view);
    all.maps.push_back(std::move(one.maps.front()));
    if (all.words.empty()) all.words = Matrix(one.words.rows(), one.words.cols());
    const float share = 1.0F / static_cast<float>(views.size());
    for (std::size_t i = 0; i < one.words.rows() * one.words.cols(); ++i)
      all.words.data()[i] += share * one.words.data()[i];
  }
  return all;
}

Instruction GroundingModel::read(const std::string& text, const std::optional<std::string>& words) const {
  return {text, words ? text::segment_as(text, *words, vocabulary()) : text::segment(text, vocabulary())};
}

Attended GroundingModel::attend(std::span<const EncodedImage> views, const Instruction& instruction) const {
  std::vector<std::vector<std::uint8_t>> masks;
  std::vector<fusion::VisualTokens> tokens;
  for (const EncodedImage& view : views) masks.push_back(content_mask(view.grid));
  for (std::size_t i = 0; i < views.size(); ++i) tokens.push_back(visual_tokens(views[i], masks[i]));
  fusion::Fused fused = fuse(encoders_->encode(instruction.words), tokens);
  Attended attended;
  if (action_head_) {
    attended.target = action_head_->run(fused.words, views.front().patches, masks.front(), views.front().grid);
  }
  attended.maps = std::move(fused.maps);
  return attended;
}

}  // namespace attnviz::model
