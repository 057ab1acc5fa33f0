// Models that were trained to lay whole images beside whole texts: CLIP, Chinese-CLIP, SigLIP, OWL-ViT. A word looks
// where the patches' own features are like its own: weights = softmax over patches of scale * cosine.
//
// One layer, two heads, which are two ways to say a word to the model:
//   0  "a photo of a cup": the word in the prompt that the model's authors recommend
//   1  "pick up the red cup": the instruction up to the word, which hears what stands before it
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "model/checkpoint/checkpoint_model.hpp"
#include "model/checkpoint/image_side.hpp"

namespace attnviz::model::checkpoint {

class DenseModel : public CheckpointModel {
public:
  DenseModel(const Folder& folder, const std::shared_ptr<const text::Tokenizer>& tokenizer, const Weights& weights);

  ViewChoice default_view() const override { return {"last", "0"}; }
  EncodedImage encode(const Image& image, std::optional<int> max_patches) const override;
  Attended attend(std::span<const EncodedImage> views, const Instruction& instruction) const override;

private:
  Matrix encode_words(const Instruction& instruction) const;  // [2 * num_words, dim]

  std::unique_ptr<const ImageSide> image_side_;
  TextTower text_tower_;
};

}  // namespace attnviz::model::checkpoint
