// What comes before fusion: from an image to patch tokens, from words to word tokens. Several models may share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "arrays/safetensors.hpp"
#include "attnviz/core/image.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/core/vocabulary.hpp"
#include "attnviz/core/words.hpp"
#include "attnviz/model/model.hpp"
#include "model/config.hpp"
#include "model/patch_embedding.hpp"
#include "model/trunk.hpp"
#include "model/weights.hpp"
#include "model/word_encoder.hpp"

namespace attnviz::model {

class Encoders {
public:
  // Reads "trunk.*", "patches.*", "words.*" and the vocabulary; copies what it needs. Throws Error (model). A file that
  // takes its encoders from another model is no file for this (std::logic_error).
  Encoders(ModelConfig config, const arrays::SafeTensors& file, const Weights& weights);

  const ModelConfig& config() const { return config_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  std::size_t num_parameters() const { return num_parameters_; }
  const Trunk& trunk() const { return trunk_; }
  const WordEncoder& word_encoder() const { return word_encoder_; }

  // As Model::encode.
  EncodedImage encode(const Image& image, std::optional<int> max_patches) const;
  // [num_words, dim]. Throws Error (input) for more words than the model takes.
  Matrix encode(const Words& words) const;

private:
  ModelConfig config_;
  Trunk trunk_;
  PatchEmbedding patch_embedding_;
  Vocabulary vocabulary_;
  WordEncoder word_encoder_;
  std::size_t num_parameters_;
};

// Numbers in a file's encoders.
std::size_t count_encoder_parameters(const arrays::SafeTensors& file);

// Patches with content: [num_patches], 1 = content.
std::vector<std::uint8_t> content_mask(const PatchGrid& grid);

}  // namespace attnviz::model
