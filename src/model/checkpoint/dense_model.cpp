#include "model/checkpoint/dense_model.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "attnviz/attention/softmax.hpp"
#include "attnviz/core/error.hpp"

namespace attnviz::model::checkpoint {
namespace {

constexpr std::size_t kHeads = 2;

// The prompts that the models' authors recommend; {} is the word.
std::string in_prompt(Architecture architecture, const std::string& word) {
  switch (architecture) {
    case Architecture::chinese_clip:
      return "一张" + word + "的照片。";
    case Architecture::siglip:
      return "This is a photo of " + word + ".";
    case Architecture::owlvit:
      return "a photo of a " + word;
    default:
      return "a photo of a " + word + ".";
  }
}

TextTower read_text_tower(const Weights& weights, const Folder& folder, const text::Tokenizer* tokenizer) {
  const CheckpointConfig& config = folder.config;
  const TextRule clip{.causal = true, .pools_last = true};
  switch (config.architecture) {
    case Architecture::chinese_clip:
      return {weights,
              folder.tensors,
              bert_text_names("text_model.", true),
              config.text,
              {.causal = false, .pools_last = false},
              "text_projection",
              config.projection};
    case Architecture::siglip: {
      // Trained on sequences that are filled up, without a mask: the last token, padding or not, stands for the text.
      const std::optional<std::size_t> padding = tokenizer != nullptr ? tokenizer->padding_id() : std::nullopt;
      const TextRule rule{false, true, config.text.positions, padding.value_or(1)};
      return {weights,           folder.tensors,   clip_text_names("text_model."), config.text, rule,
              "text_model.head", config.projection};
    }
    case Architecture::owlvit:
      return {weights,          folder.tensors, clip_text_names("owlvit.text_model."),
              config.text,      clip,           "owlvit.text_projection",
              config.projection};
    default:
      return {weights,           folder.tensors,   clip_text_names("text_model."), config.text, clip,
              "text_projection", config.projection};
  }
}

// The original library's plain OwlViTModel lacks the head that tells patches apart.
const Folder& with_head(const Folder& folder) {
  if (folder.config.architecture == Architecture::owlvit && !folder.tensors->find("class_head.dense0.weight")) {
    throw Error(ErrorCode::model, folder.path.string(), "is an OWL-ViT without its detection head",
                "save it as OwlViTForObjectDetection");
  }
  return folder;
}

ModelFacts facts_of(const Folder& folder) {
  ModelFacts facts;
  facts.fusion = folder.config.type;
  facts.signal = "dense similarity";
  facts.num_layers = 1;
  facts.num_heads = kHeads;
  facts.model_dim = folder.config.projection;
  return facts;
}

// texts [kHeads * num_words, dim] beside patches [num_patches, dim or dim + 1].
AttentionMaps compare(const Matrix& texts, const Matrix& patches) {
  AttentionMaps maps(1, kHeads, texts.rows() / kHeads, patches.rows(), false);
  const MatrixView scores(maps.weights.data(), texts.rows(), patches.rows());
  attention::matmul_transposed(texts, patches.view().columns(0, texts.cols()), scores);
  for (std::size_t r = 0; r < scores.rows(); ++r) {
    if (patches.cols() > texts.cols()) {
      for (std::size_t p = 0; p < patches.rows(); ++p) scores(r, p) += patches(p, texts.cols());
    }
    if (!attention::softmax(scores.row(r))) {
      throw Error(ErrorCode::model, "dense similarity", "is not finite: the weights are of no use");
    }
  }
  return maps;
}

}  // namespace

DenseModel::DenseModel(const Folder& folder, const std::shared_ptr<const text::Tokenizer>& tokenizer,
                       const Weights& weights)
    : CheckpointModel(with_head(folder), tokenizer, facts_of(folder)),
      image_side_(read_image_side(weights, folder)),
      text_tower_(read_text_tower(weights, folder, tokenizer.get())) {}

EncodedImage DenseModel::encode(const Image& image, std::optional<int> max_patches) const {
  EncodedImage encoded;
  encoded.grid = plan_grid(image, folder().config.vision, max_patches);
  encoded.patches = image_side_->run(image, encoded.grid);
  return encoded;
}

Matrix DenseModel::encode_words(const Instruction& instruction) const {
  std::vector<TokenIds> prompts;
  prompts.reserve(kHeads * instruction.words.size());
  for (const Word& word : instruction.words) {
    prompts.push_back(tokenize(in_prompt(folder().config.architecture, word.text)));
  }
  for (const Word& word : instruction.words) {
    prompts.push_back(tokenize_end(instruction.text.substr(0, word.byte_end), folder().config.text.positions));
  }
  Matrix texts = text_tower_.encode(prompts);
  scale_rows(texts, 1, folder().config.architecture == Architecture::owlvit ? 1e-6F : 0);
  return texts;
}

Attended DenseModel::attend(std::span<const EncodedImage> views, const Instruction& instruction) const {
  const Matrix texts = encode_words(instruction);
  Attended attended;
  attended.maps.reserve(views.size());
  for (const EncodedImage& view : views) attended.maps.push_back(compare(texts, view.patches));
  return attended;
}

}  // namespace attnviz::model::checkpoint
