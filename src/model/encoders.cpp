#include "model/encoders.hpp"

#include <stdexcept>
#include <utility>

#include "attnviz/core/error.hpp"
#include "attnviz/image/patchify.hpp"
#include "model/vocabulary.hpp"

namespace attnviz::model {
namespace {

ModelConfig of_a_whole_model(ModelConfig config) {
  if (config.encoders) throw std::logic_error("Encoders: the file has none of its own");
  return config;
}

}  // namespace

Encoders::Encoders(ModelConfig config, const arrays::SafeTensors& file, const Weights& weights)
    : config_(of_a_whole_model(std::move(config))),
      trunk_(config_.vision, weights),
      patch_embedding_(config_, trunk_, weights),
      vocabulary_(parse_vocabulary(file.metadata("vocabulary"), num_embedding_rows(weights), file.name())),
      word_encoder_(config_, vocabulary_, weights),
      num_parameters_(count_encoder_parameters(file)) {}

EncodedImage Encoders::encode(const Image& image, std::optional<int> max_patches) const {
  const VisionConfig& vision = config_.vision;
  const int budget =
      max_patches ? *max_patches : image::default_patches(image.width, image.height, vision.patch_px, vision.patches);
  if (budget > image::kMaxPatches) {
    throw Error(
        ErrorCode::usage, "--patches",
        std::to_string(budget) + " is more than the " + std::to_string(image::kMaxPatches) + " that are possible");
  }
  EncodedImage encoded;
  encoded.grid = image::plan_grid(image.width, image.height, vision.patch_px, budget);
  const Matrix input = image::make_input(image, encoded.grid, vision.mean, vision.std);
  const MapSize size{static_cast<std::size_t>(encoded.grid.input_height),
                     static_cast<std::size_t>(encoded.grid.input_width)};
  encoded.patches = patch_embedding_.run(input, size, trunk_.run(input, size), content_mask(encoded.grid));
  return encoded;
}

Matrix Encoders::encode(const Words& words) const {
  if (words.size() > config_.max_words) {
    throw Error(ErrorCode::input, "instruction",
                std::to_string(words.size()) + " words are more than the " + std::to_string(config_.max_words) +
                    " that model '" + config_.name + "' takes");
  }
  return word_encoder_.run(words);
}

std::size_t count_encoder_parameters(const arrays::SafeTensors& file) {
  return file.num_values("trunk.") + file.num_values("patches.") + file.num_values("words.");
}

std::vector<std::uint8_t> content_mask(const PatchGrid& grid) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(grid.num_patches()));
  for (int patch = 0; patch < grid.num_patches(); ++patch) {
    mask[static_cast<std::size_t>(patch)] = grid.has_content(patch) ? 1 : 0;
  }
  return mask;
}

}  // namespace attnviz::model
