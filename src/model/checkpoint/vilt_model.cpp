#include "model/checkpoint/vilt_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace attnviz::model::checkpoint {
namespace {

constexpr double kLongest = 1333.0 / 800;  // side beside the shortest: 639 px beside 384
constexpr std::size_t kMostStreams = 16;

ModelFacts facts_of(const Folder& folder) {
  ModelFacts facts;
  facts.fusion = folder.config.type;
  facts.num_layers = folder.config.text.layers;
  facts.num_heads = folder.config.text.heads;
  facts.model_dim = folder.config.text.dim;
  return facts;
}

// Models with a head on top keep the transformer one name further down.
std::string prefix_of(const Folder& folder) {
  return folder.tensors->find("vilt.embeddings.cls_token") != nullptr ? "vilt." : "";
}

std::size_t num_stream_types(const Weights& weights, const std::string& name) {
  return std::clamp<std::size_t>(weights.num_rows(name), 2, kMostStreams);
}

int whole_patches(double length, int patch_px) {
  const int patches = static_cast<int>(std::floor(length + 0.5)) / patch_px;
  return std::max(patches, 1) * patch_px;
}

// As the model's processor resizes: the shorter side as in training unless the longer one would pass its limit, both
// down to whole patches.
PatchGrid original_grid(const Image& image, const ImageConfig& config) {
  const int limit = static_cast<int>(config.image_px * kLongest);
  const double shorter = std::min(image.width, image.height), longer = std::max(image.width, image.height);
  const double scale = std::min(config.image_px / shorter, limit / longer);
  PatchGrid grid;
  grid.image_width = image.width;
  grid.image_height = image.height;
  grid.patch_px = config.patch_px;
  grid.input_width = grid.content_width = whole_patches(scale * image.width, config.patch_px);
  grid.input_height = grid.content_height = whole_patches(scale * image.height, config.patch_px);
  return grid;
}

void add_row(MatrixView x, std::span<const float> row) {
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (std::size_t c = 0; c < x.cols(); ++c) x(r, c) += row[c];
  }
}

}  // namespace

ViltModel::ViltModel(const Folder& folder, std::shared_ptr<const text::Tokenizer> tokenizer, const Weights& weights)
    : CheckpointModel(folder, std::move(tokenizer), facts_of(folder)),
      patches_(weights, vilt_vision_names(prefix_of(folder)), folder.config.vision, folder.pixels),
      embedding_(weights, folder.tensors, vilt_text_names(prefix_of(folder)), folder.config.text),
      stream_types_(
          weights.matrix(prefix_of(folder) + "embeddings.token_type_embeddings.weight",
                         num_stream_types(weights, prefix_of(folder) + "embeddings.token_type_embeddings.weight"),
                         folder.config.text.dim)),
      layers_(read_layers(weights, prefix_of(folder) + "encoder.layer.", vilt_names(), folder.config.text,
                          folder.config.text.layers)) {}

PatchRange ViltModel::patch_range() const {
  const int side = folder().config.vision.side();
  return {side * side, static_cast<int>(side * side * kLongest)};
}

EncodedImage ViltModel::encode(const Image& image, std::optional<int> max_patches) const {
  EncodedImage encoded;
  encoded.grid = max_patches ? plan_grid(image, folder().config.vision, max_patches)
                             : original_grid(image, folder().config.vision);
  encoded.patches = patches_.run(image, encoded.grid);
  add_row(encoded.patches, stream_types_.row(1));
  return encoded;
}

AttentionMaps ViltModel::attend(const EncodedImage& view, const Matrix& tokens,
                                const std::vector<std::vector<std::size_t>>& tokens_of_words) const {
  const std::size_t num_tokens = tokens.rows();
  Matrix x(num_tokens + view.patches.rows(), tokens.cols());
  fusion::add(x.view().row_range(0, num_tokens), tokens);
  fusion::add(x.view().row_range(num_tokens, view.patches.rows()), view.patches);
  AttentionMaps maps(layers_.size(), facts().num_heads, tokens_of_words.size(),
                     static_cast<std::size_t>(view.grid.num_patches()), false);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const attention::AttentionWeights kept = layers_[i].attend_first(x, num_tokens, {.per_head = true});
    keep_words(kept.per_head, num_tokens, num_tokens + patches_.num_class_tokens(), tokens_of_words, i, maps);
    layers_[i].feed(x);
  }
  return maps;
}

Attended ViltModel::attend(std::span<const EncodedImage> views, const Instruction& instruction) const {
  Matrix tokens = embedding_.read(tokenize(instruction.text));
  add_row(tokens, stream_types_.row(0));
  const std::vector<std::vector<std::size_t>> own = tokens_of_words(instruction);
  Attended attended;
  attended.maps.reserve(views.size());
  for (const EncodedImage& view : views) attended.maps.push_back(attend(view, tokens, own));
  return attended;
}

}  // namespace attnviz::model::checkpoint
