// From words to word tokens (training/FORMAT.md, "From words to word tokens").
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/core/matrix.hpp"
#include "attnviz/core/words.hpp"
#include "attnviz/fusion/layers.hpp"
#include "model/config.hpp"
#include "model/weights.hpp"

namespace attnviz::model {

class WordEncoder {
public:
  // Reads "words.*". Throws Error (model).
  WordEncoder(const ModelConfig& config, const Weights& weights);

  std::size_t num_rows() const { return embedding_.rows(); }  // of the embedding table

  // [num_words, dim]. Every token's row lies in the table (std::logic_error).
  Matrix run(const Words& words) const;

private:
  struct Layer {
    Layer(const std::string& name, const ModelConfig& config, const Weights& weights);
    void apply(Matrix& x) const;  // x = LN(x + SA(x)); x = LN(x + FFN(x))

    fusion::SelfAttention attention;
    fusion::LayerNorm norm1;
    fusion::FeedForward ffn;
    fusion::LayerNorm norm2;
  };

  Matrix embedding_;  // [rows, dim]
  float position_gain_;
  fusion::LayerNorm norm_in_;
  std::vector<Layer> layers_;
};

}  // namespace attnviz::model
