// Attention weights of one image and one instruction, as a fusion strategy leaves them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace attnviz {

struct AttentionMaps {
  std::size_t num_layers = 0, num_heads = 0, num_words = 0, num_patches = 0;
  // [num_layers, num_heads, num_words, num_patches]. Zero on padding. A row and its `nothing` share sum to 1.
  std::vector<float> weights;
  // [num_layers, num_heads, num_words]: what a word gives to the "nothing here" slot. Empty: the model has none.
  std::vector<float> nothing;

  AttentionMaps() = default;
  AttentionMaps(std::size_t layers, std::size_t heads, std::size_t words, std::size_t patches, bool with_nothing)
      : num_layers(layers),
        num_heads(heads),
        num_words(words),
        num_patches(patches),
        weights(layers * heads * words * patches),
        nothing(with_nothing ? layers * heads * words : 0) {}

  std::size_t row_index(std::size_t layer, std::size_t head, std::size_t word) const {
    return (layer * num_heads + head) * num_words + word;
  }
  std::span<float> row(std::size_t layer, std::size_t head, std::size_t word) {
    return {weights.data() + row_index(layer, head, word) * num_patches, num_patches};
  }
  std::span<const float> row(std::size_t layer, std::size_t head, std::size_t word) const {
    return {weights.data() + row_index(layer, head, word) * num_patches, num_patches};
  }
};

}  // namespace attnviz
