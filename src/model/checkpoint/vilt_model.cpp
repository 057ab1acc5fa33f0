#include "model/checkpoint/vilt_model.hpp"

#include <algorithm>
#include <utility>

namespace attnviz::model::checkpoint {
namespace {

constexpr int kLongest = 5, kOfShortest = 3;  // 640 px beside 384

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
  return std::max<std::size_t>(weights.num_rows(name), 2);
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
  return {side * side, side * side * kLongest / kOfShortest};
}

EncodedImage ViltModel::encode(const Image& image, std::optional<int> max_patches) const {
  const int side = folder().config.vision.side();
  const int shorter = std::min(image.width, image.height), longer = std::max(image.width, image.height);
  const long across = (static_cast<long>(side) * longer + shorter - 1) / shorter;
  const long most = static_cast<long>(side) * kLongest / kOfShortest;
  EncodedImage encoded;
  encoded.grid =
      plan_grid(image, folder().config.vision, max_patches.value_or(static_cast<int>(side * std::min(across, most))));
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
