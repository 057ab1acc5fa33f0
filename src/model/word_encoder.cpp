#include "model/word_encoder.hpp"

#include <algorithm>
#include <stdexcept>

#include "attnviz/core/error.hpp"
#include "attnviz/fusion/positions.hpp"
#include "model/vocabulary.hpp"

namespace attnviz::model {
namespace {

constexpr const char* kEmbedding = "words.embedding.weight";

std::vector<bool> find_rows_apart(const ModelConfig& config, const Vocabulary& vocabulary, std::size_t num_rows) {
  std::vector<bool> apart(num_rows);
  for (const auto& [surface, entry] : vocabulary.entries) {
    if (std::ranges::find(config.apart, entry.kind) != config.apart.end()) apart[entry.row] = true;
  }
  return apart;
}

}  // namespace

std::size_t num_embedding_rows(const Weights& weights) {
  const std::size_t rows = weights.num_rows(kEmbedding);
  if (rows == 0 || rows > kMaxVocabulary) {
    throw Error(ErrorCode::model, weights.file_name(),
                "tensor '" + std::string(kEmbedding) + "' has " + std::to_string(rows) + " rows, not 1 to " +
                    std::to_string(kMaxVocabulary));
  }
  return rows;
}

WordEncoder::Layer::Layer(const std::string& name, const ModelConfig& config, const Weights& weights)
    : attention(weights.attention(name + ".attention", config.dim, config.text.heads)),
      norm1(weights.norm(name + ".norm1", config.dim)),
      ffn(weights.feed_forward(name + ".ffn", config.dim, config.text.ffn)),
      norm2(weights.norm(name + ".norm2", config.dim)) {}

void WordEncoder::Layer::apply(Matrix& x, const std::vector<bool>& apart) const {
  Matrix heard = attention.forward(x).output;
  for (std::size_t w = 0; w < x.rows(); ++w) {
    if (!apart[w]) continue;
    const Matrix own = attention.forward(ConstMatrixView(x.row(w).data(), 1, x.cols())).output;  // one key: itself
    std::ranges::copy(own.row(0), heard.row(w).begin());
  }
  fusion::add(x, heard);
  norm1.apply(x);
  fusion::add(x, ffn.forward(x));
  norm2.apply(x);
}

WordEncoder::WordEncoder(const ModelConfig& config, const Vocabulary& vocabulary, const Weights& weights)
    : embedding_(weights.matrix(kEmbedding, num_embedding_rows(weights), config.dim)),
      rows_apart_(find_rows_apart(config, vocabulary, embedding_.rows())),
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
      if (token.row >= embedding_.rows()) throw std::logic_error("WordEncoder: a token's row lies outside the table");
      const std::span<const float> row = std::as_const(embedding_).row(token.row);
      for (std::size_t c = 0; c < row.size(); ++c) x(w, c) += row[c] / static_cast<float>(tokens.size());
    }
  }
  fusion::add_positions(x, position_gain_);
  norm_in_.apply(x);
  std::vector<bool> apart;  // [num_words]
  for (const Word& word : words) {
    apart.push_back(std::ranges::all_of(word.tokens, [this](const Token& token) { return rows_apart_[token.row]; }));
  }
  for (const Layer& layer : layers_) layer.apply(x, apart);
  return x;
}

}  // namespace attnviz::model
