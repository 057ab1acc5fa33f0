#include "model/word_encoder.hpp"

#include <stdexcept>

#include "attnviz/core/error.hpp"
#include "attnviz/fusion/positions.hpp"
#include "model/vocabulary.hpp"

namespace attnviz::model {
namespace {

constexpr const char* kEmbedding = "words.embedding.weight";

Matrix read_embedding(const ModelConfig& config, const Weights& weights) {
  const std::size_t rows = weights.num_rows(kEmbedding);
  if (rows == 0 || rows > kMaxVocabulary) {
    throw Error(ErrorCode::model, weights.file_name(),
                "tensor '" + std::string(kEmbedding) + "' has " + std::to_string(rows) + " rows, not 1 to " +
                    std::to_string(kMaxVocabulary));
  }
  return weights.matrix(kEmbedding, rows, config.dim);
}

}  // namespace

WordEncoder::Layer::Layer(const std::string& name, const ModelConfig& config, const Weights& weights)
    : attention(weights.attention(name + ".attention", config.dim, config.text.heads)),
      norm1(weights.norm(name + ".norm1", config.dim)),
      ffn(weights.feed_forward(name + ".ffn", config.dim, config.text.ffn)),
      norm2(weights.norm(name + ".norm2", config.dim)) {}

void WordEncoder::Layer::apply(Matrix& x) const {
  fusion::add(x, attention.forward(x));
  norm1.apply(x);
  ffn.add_to(x);
  norm2.apply(x);
}

WordEncoder::WordEncoder(const ModelConfig& config, const Weights& weights)
    : embedding_(read_embedding(config, weights)),
      position_gain_(weights.scalar("words.position_gain")),
      norm_in_(weights.norm("words.norm_in", config.dim)) {
  for (std::size_t i = 0; i < config.text.layers; ++i) {
    layers_.emplace_back("words.layers." + std::to_string(i), config, weights);
  }
}

Matrix WordEncoder::run(const Words& words) const {
  Matrix x(words.size(), embedding_.cols());
  for (std::size_t w = 0; w < words.size(); ++w) {
    const std::vector<Token>& tokens = words[w].tokens;
    for (const Token& token : tokens) {
      if (token.row >= num_rows()) throw std::logic_error("WordEncoder: a token's row lies outside the table");
      const std::span<const float> row = std::as_const(embedding_).row(token.row);
      for (std::size_t c = 0; c < row.size(); ++c) x(w, c) += row[c] / static_cast<float>(tokens.size());
    }
  }
  fusion::add_positions_1d(x, position_gain_);
  norm_in_.apply(x);
  for (const Layer& layer : layers_) layer.apply(x);
  return x;
}

}  // namespace attnviz::model
