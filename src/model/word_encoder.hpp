// From words to word tokens (training/FORMAT.md, "From words to word tokens").
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/core/matrix.hpp"
#include "attnviz/core/vocabulary.hpp"
#include "attnviz/core/words.hpp"
#include "attnviz/fusion/layers.hpp"
#include "model/config.hpp"
#include "model/weights.hpp"

namespace attnviz::model {

// Rows of the embedding table. Throws Error (model) where it is missing, empty or absurdly long.
std::size_t num_embedding_rows(const Weights& weights);

class WordEncoder {
public:
  // Reads "words.*". `vocabulary`: of the same file; says which rows are of the kinds in config.apart. Throws Error
  // (model).
  WordEncoder(const ModelConfig& config, const Vocabulary& vocabulary, const Weights& weights);

  // [num_words, dim]. Every token's row lies in the table (std::logic_error).
  Matrix run(const Words& words) const;

private:
  struct Layer {
    Layer(const std::string& name, const ModelConfig& config, const Weights& weights);
    // x = LN(x + SA(x)); x = LN(x + FFN(x)). `apart` [num_words]: whether a word attends to itself alone.
    void apply(Matrix& x, const std::vector<bool>& apart) const;

    fusion::SelfAttention attention;
    fusion::LayerNorm norm1;
    fusion::FeedForward ffn;
    fusion::LayerNorm norm2;
  };

  Matrix embedding_;              // [rows, dim]
  std::vector<bool> rows_apart_;  // [rows]
  float position_gain_;
  fusion::LayerNorm norm_in_;
  std::vector<Layer> layers_;
};

}  // namespace attnviz::model
