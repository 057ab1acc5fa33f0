#include "model/checkpoint/blip_model.hpp"

#include <string>
#include <utility>

#include "attnviz/core/error.hpp"

namespace attnviz::model::checkpoint {
namespace {

constexpr const char* kText = "text_encoder.";

ModelFacts facts_of(const Folder& folder) {
  ModelFacts facts;
  facts.fusion = folder.config.type;
  facts.num_layers = folder.config.text.layers;
  facts.num_heads = folder.config.text.heads;
  facts.model_dim = folder.config.text.dim;
  return facts;
}

// BLIP's other models (captions, questions) have another text side under other names.
const Folder& for_matching(const Folder& folder) {
  if (folder.tensors->find(std::string(kText) + "encoder.layer.0.crossattention.self.query.weight") == nullptr) {
    throw Error(ErrorCode::model, folder.path.string(), "is a BLIP, but not one for image-text matching",
                "take one like Salesforce/blip-itm-base-coco (BlipForImageTextRetrieval)");
  }
  return folder;
}

LayerNames cross_names() {
  LayerNames names = bert_names();
  for (std::string* part : {&names.query, &names.key, &names.value, &names.output, &names.attention_norm}) {
    part->replace(0, std::string("attention").size(), "crossattention");
  }
  return names;
}

}  // namespace

std::vector<BlipModel::Layer> BlipModel::read_layers_of_text(const Weights& weights, const CheckpointConfig& config) {
  std::vector<Layer> layers;
  layers.reserve(config.text.layers);
  for (std::size_t i = 0; i < config.text.layers; ++i) {
    const std::string prefix = std::string(kText) + "encoder.layer." + std::to_string(i) + ".";
    layers.push_back({EncoderLayer(weights, prefix, bert_names(), config.text),
                      AttentionPart(weights, prefix, cross_names(), config.text, config.vision.dim)});
  }
  return layers;
}

BlipModel::BlipModel(const Folder& folder, std::shared_ptr<const text::Tokenizer> tokenizer, const Weights& weights)
    : CheckpointModel(for_matching(folder), std::move(tokenizer), facts_of(folder)),
      vision_(weights, blip_vision_tower_names(), blip_vision_names(), folder.config.vision, folder.pixels,
              folder.config.vision.layers),
      vision_norm_(weights.norm("vision_model.post_layernorm", folder.config.vision.dim, folder.config.vision.epsilon)),
      embedding_(weights, folder.tensors, bert_text_names(kText, false), folder.config.text),
      layers_(read_layers_of_text(weights, folder.config)) {}

EncodedImage BlipModel::encode(const Image& image, std::optional<int> max_patches) const {
  EncodedImage encoded;
  encoded.grid = plan_grid(image, folder().config.vision, max_patches);
  encoded.patches = vision_.run(image, encoded.grid);
  vision_norm_.apply(encoded.patches);
  return encoded;
}

AttentionMaps BlipModel::attend(const EncodedImage& view, Matrix x,
                                const std::vector<std::vector<std::size_t>>& tokens_of_words) const {
  AttentionMaps maps(layers_.size(), facts().num_heads, tokens_of_words.size(),
                     static_cast<std::size_t>(view.grid.num_patches()), false);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    layers_[i].own.attend(x);
    const attention::AttentionWeights kept = layers_[i].cross.apply(x, view.patches, {.keep = {.per_head = true}});
    keep_words(kept.per_head, x.rows(), vision_.num_class_tokens(), tokens_of_words, i, maps);
    layers_[i].own.feed(x);
  }
  return maps;
}

Attended BlipModel::attend(std::span<const EncodedImage> views, const Instruction& instruction) const {
  const Matrix tokens = embedding_.read(tokenize(instruction.text));
  const std::vector<std::vector<std::size_t>> own = tokens_of_words(instruction);
  Attended attended;
  attended.maps.reserve(views.size());
  for (const EncodedImage& view : views) attended.maps.push_back(attend(view, tokens, own));
  return attended;
}

}  // namespace attnviz::model::checkpoint
