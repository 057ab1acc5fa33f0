#include "model/checkpoint/text_tower.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "attnviz/core/error.hpp"

namespace attnviz::model::checkpoint {
namespace {

constexpr std::size_t kTokensAtOnce = 512;  // the mask between them grows with the square

// Sequences one after the other: a token sees those of its own sequence, up to itself where that is `causal`.
attention::PairMask see_own_sequence(std::span<const TokenIds> sequences, std::size_t num_tokens, bool causal) {
  std::vector<std::uint8_t> sees(num_tokens * num_tokens);
  std::size_t begin = 0;
  for (const TokenIds& sequence : sequences) {
    const std::size_t end = begin + sequence.size();
    for (std::size_t token = begin; token < end; ++token) {
      std::fill_n(&sees[token * num_tokens + begin], (causal ? token + 1 : end) - begin, std::uint8_t{1});
    }
    begin = end;
  }
  return {num_tokens, num_tokens, std::move(sees)};
}

std::size_t count_tokens(std::span<const TokenIds> sequences) {
  return std::transform_reduce(sequences.begin(), sequences.end(), std::size_t{0}, std::plus<>(),
                               [](const TokenIds& ids) { return ids.size(); });
}

}  // namespace

EmbeddingTable::EmbeddingTable(const Weights& weights, std::shared_ptr<const arrays::TensorSet> tensors,
                               std::string name, std::size_t rows, std::size_t dim)
    : tensors_(std::move(tensors)), name_(std::move(name)), rows_(rows), dim_(dim) {
  weights.check(name_, {rows, dim});
}

void EmbeddingTable::read(std::span<const std::size_t> ids, MatrixView out) const {
  const Weights weights(*tensors_);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= rows_) {
      throw Error(
          ErrorCode::model, tensors_->name(),
          "token " + std::to_string(ids[i]) + " is not among the " + std::to_string(rows_) + " of '" + name_ + "'",
          "the tokenizer is another model's");
    }
    weights.read_row(name_, {rows_, dim_}, ids[i], out.row(i));
  }
}

TextNames clip_text_names(const std::string& prefix) {
  TextNames names;
  names.prefix = prefix;
  names.tokens = "embeddings.token_embedding.weight";
  names.positions = "embeddings.position_embedding.weight";
  names.layers = "encoder.layers.";
  names.final_norm = "final_layer_norm";
  names.layer = clip_names();
  return names;
}

TextNames bert_text_names(const std::string& prefix, bool with_token_types) {
  TextNames names;
  names.prefix = prefix;
  names.tokens = "embeddings.word_embeddings.weight";
  names.positions = "embeddings.position_embeddings.weight";
  if (with_token_types) names.token_types = "embeddings.token_type_embeddings.weight";
  names.embedding_norm = "embeddings.LayerNorm";
  names.layers = "encoder.layer.";
  names.layer = bert_names();
  return names;
}

TextNames vilt_text_names(const std::string& prefix) {
  TextNames names = bert_text_names(prefix, true);
  for (std::string* part : {&names.tokens, &names.positions, &names.token_types, &names.embedding_norm}) {
    part->insert(0, "embeddings.text_");
  }
  return names;
}

TokenEmbedding::TokenEmbedding(const Weights& weights, std::shared_ptr<const arrays::TensorSet> tensors,
                               const TextNames& names, const TextConfig& config)
    : table_(weights, std::move(tensors), names.prefix + names.tokens, config.vocabulary, config.dim),
      positions_(weights.matrix(names.prefix + names.positions, config.positions, config.dim)) {
  if (!names.token_types.empty()) {
    const Matrix types = weights.matrix(names.prefix + names.token_types, config.token_types, config.dim);
    for (std::size_t r = 0; r < positions_.rows(); ++r) {
      for (std::size_t c = 0; c < config.dim; ++c) positions_(r, c) += types(0, c);
    }
  }
  if (!names.embedding_norm.empty()) {
    norm_ = weights.norm(names.prefix + names.embedding_norm, config.dim, config.epsilon);
  }
}

void TokenEmbedding::read(std::span<const std::size_t> ids, MatrixView out) const {
  if (ids.size() > positions_.rows()) {
    throw Error(ErrorCode::input, "instruction",
                std::to_string(ids.size()) + " tokens are more than the " + std::to_string(positions_.rows()) +
                    " that the model takes",
                "shorten it");
  }
  table_.read(ids, out);
  fusion::add(out, positions_.view().row_range(0, ids.size()));
  if (norm_) norm_->apply(out);
}

Matrix TokenEmbedding::read(std::span<const std::size_t> ids) const {
  Matrix x(ids.size(), positions_.cols());
  read(ids, x);
  return x;
}

TextTower::TextTower(const Weights& weights, std::shared_ptr<const arrays::TensorSet> tensors, const TextNames& names,
                     const TextConfig& config, const TextRule& rule, const std::string& projection,
                     std::size_t projection_dim)
    : rule_(rule),
      dim_(config.dim),
      embedding_(weights, std::move(tensors), names, config),
      layers_(read_layers(weights, names.prefix + names.layers, names.layer, config, config.layers)),
      projection_(weights.packed(projection + ".weight", projection_dim, config.dim),
                  weights.has(projection + ".bias") ? weights.values(projection + ".bias", {projection_dim})
                                                    : std::vector<float>{}) {
  if (!names.final_norm.empty()) {
    final_norm_ = weights.norm(names.prefix + names.final_norm, config.dim, config.epsilon);
  }
}

Matrix TextTower::encode(std::span<const TokenIds> sequences) const {
  std::vector<TokenIds> padded(sequences.begin(), sequences.end());
  for (TokenIds& ids : padded) ids.resize(std::max(ids.size(), rule_.padded_to), rule_.padding);
  Matrix out(padded.size(), projection_.out_dim());
  for (std::size_t begin = 0; begin < padded.size();) {
    std::size_t end = begin + 1, tokens = padded[begin].size();
    while (end < padded.size() && tokens + padded[end].size() <= kTokensAtOnce) tokens += padded[end++].size();
    encode_some(std::span(padded).subspan(begin, end - begin), out.view().row_range(begin, end - begin));
    begin = end;
  }
  return out;
}

void TextTower::encode_some(std::span<const TokenIds> sequences, MatrixView out) const {
  Matrix x(count_tokens(sequences), dim_);
  std::size_t begin = 0;
  for (const TokenIds& ids : sequences) {
    embedding_.read(ids, x.view().row_range(begin, ids.size()));
    begin += ids.size();
  }
  const attention::PairMask mask = see_own_sequence(sequences, x.rows(), rule_.causal);
  for (const EncoderLayer& layer : layers_) layer.apply(x, {.pairs = &mask});
  if (final_norm_) final_norm_->apply(x);
  Matrix pooled(sequences.size(), dim_);
  begin = 0;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    std::ranges::copy(x.row(rule_.pools_last ? begin + sequences[i].size() - 1 : begin), pooled.row(i).begin());
    begin += sequences[i].size();
  }
  projection_.forward_into(pooled, out);
}

}  // namespace attnviz::model::checkpoint
