#include "model/grounding_model.hpp"

#include <string>
#include <utility>

#include "attnviz/core/error.hpp"
#include "attnviz/image/patchify.hpp"
#include "model/strategies.hpp"
#include "model/vocabulary.hpp"

namespace attnviz::model {
namespace {

constexpr const char* kFormat = "attnviz.model/1";

ModelConfig read_config(const SafeTensors& file) {
  const std::string& format = file.metadata("format");
  if (format != kFormat) {
    throw Error(ErrorCode::model, file.name(), "format is '" + format.substr(0, 40) + "', not '" + kFormat + "'");
  }
  return parse_config(file.metadata("config"), file.name());
}

}  // namespace

std::vector<std::uint8_t> content_mask(const PatchGrid& grid) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(grid.num_patches()));
  for (int patch = 0; patch < grid.num_patches(); ++patch) {
    mask[static_cast<std::size_t>(patch)] = grid.has_content(patch) ? 1 : 0;
  }
  return mask;
}

fusion::VisualTokens visual_tokens(const EncodedImage& image, attention::KeyMask mask) {
  return {image.patches, static_cast<std::size_t>(image.grid.rows()), static_cast<std::size_t>(image.grid.cols()),
          mask};
}

GroundingModel::GroundingModel(const SafeTensors& file) : GroundingModel(file, Weights(file)) {}

GroundingModel::GroundingModel(const SafeTensors& file, const Weights& weights)
    : config_(read_config(file)),
      trunk_(config_.vision, weights),
      patch_embedding_(config_, trunk_, weights),
      vocabulary_(parse_vocabulary(file.metadata("vocabulary"), num_embedding_rows(weights), file.name())),
      word_encoder_(config_, vocabulary_, weights),
      strategy_(read_strategy(config_.fusion, config_.dim, weights)) {
  if (ActionHead::is_in(weights)) action_head_.emplace(config_, weights);
  facts_.name = config_.name;
  facts_.fusion = config_.fusion.type;
  facts_.num_layers = strategy_->num_layers();
  facts_.num_heads = strategy_->num_heads();
  facts_.model_dim = config_.dim;
  facts_.patch_px = config_.vision.patch_px;
}

EncodedImage GroundingModel::encode(const Image& image, int max_patches) const {
  if (max_patches > image::kMaxPatches) {
    throw Error(
        ErrorCode::usage, "--patches",
        std::to_string(max_patches) + " is more than the " + std::to_string(image::kMaxPatches) + " that are possible");
  }
  EncodedImage encoded;
  encoded.grid = image::plan_grid(image.width, image.height, config_.vision.patch_px, max_patches);
  const Matrix input = image::make_input(image, encoded.grid, config_.vision.mean, config_.vision.std);
  const MapSize size{static_cast<std::size_t>(encoded.grid.input_height),
                     static_cast<std::size_t>(encoded.grid.input_width)};
  encoded.patches = patch_embedding_.run(input, size, trunk_.run(input, size), content_mask(encoded.grid));
  return encoded;
}

Attended GroundingModel::attend(const EncodedImage& image, const Words& words) const {
  if (words.size() > config_.max_words) {
    throw Error(ErrorCode::input, "instruction",
                std::to_string(words.size()) + " words are more than the " + std::to_string(config_.max_words) +
                    " that model '" + config_.name + "' takes");
  }
  const std::vector<std::uint8_t> mask = content_mask(image.grid);
  fusion::Fused fused = strategy_->run(word_encoder_.run(words), visual_tokens(image, mask));
  Attended attended;
  if (action_head_) attended.target = action_head_->run(fused.words, image.patches, mask, image.grid);
  attended.maps = std::move(fused.maps.front());
  return attended;
}

}  // namespace attnviz::model
