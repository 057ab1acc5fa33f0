// The text's side of a checkpoint: sequences of token ids become one vector each, in the space of the image's side.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "arrays/tensor_set.hpp"
#include "attnviz/core/matrix.hpp"
#include "model/checkpoint/config.hpp"
#include "model/checkpoint/layers.hpp"
#include "model/weights.hpp"

namespace attnviz::model::checkpoint {

using TokenIds = std::vector<std::size_t>;

// Rows of a large table, read where the file is mapped: most are never asked for.
class EmbeddingTable {
public:
  EmbeddingTable(const Weights& weights, std::shared_ptr<const arrays::TensorSet> tensors, std::string name,
                 std::size_t rows, std::size_t dim);

  // out [ids, dim]. Throws Error (model) for NaN or infinity and for an id that the table does not have (the tokenizer
  // is another model's).
  void read(std::span<const std::size_t> ids, MatrixView out) const;

private:
  std::shared_ptr<const arrays::TensorSet> tensors_;
  std::string name_;
  std::size_t rows_, dim_;
};

// What makes one text transformer differ from another.
struct TextNames {
  std::string prefix;  // of the whole side, ends in a dot
  std::string tokens, positions;
  std::string token_types;     // empty: none; else the first type's row is added
  std::string embedding_norm;  // empty: none
  std::string layers;          // ends in a dot
  std::string final_norm;      // empty: none
  LayerNames layer;
};

TextNames clip_text_names(const std::string& prefix);  // CLIP, SigLIP, OWL-ViT
TextNames bert_text_names(const std::string& prefix, bool with_token_types);
TextNames vilt_text_names(const std::string& prefix);  // of the embeddings alone

// Token ids to the input of the first layer.
class TokenEmbedding {
public:
  TokenEmbedding(const Weights& weights, std::shared_ptr<const arrays::TensorSet> tensors, const TextNames& names,
                 const TextConfig& config);

  // Throws Error (input), where = "instruction", for more tokens than there are positions.
  void read(std::span<const std::size_t> ids, MatrixView out) const;
  Matrix read(std::span<const std::size_t> ids) const;

private:
  EmbeddingTable table_;
  Matrix positions_;  // [positions, dim], the type's row added
  std::optional<fusion::LayerNorm> norm_;
};

struct TextRule {
  bool causal = false;        // a token sees those before it alone
  bool pools_last = true;     // the last token stands for the sequence, else the first
  std::size_t padded_to = 0;  // with the token `padding`, which is seen like any other; 0: not padded
  std::size_t padding = 0;
};

class TextTower {
public:
  // `projection`: name of the last layer, [projection_dim, dim], with a bias where the file has one.
  TextTower(const Weights& weights, std::shared_ptr<const arrays::TensorSet> tensors, const TextNames& names,
            const TextConfig& config, const TextRule& rule, const std::string& projection, std::size_t projection_dim);

  // [sequences, projection_dim]
  Matrix encode(std::span<const TokenIds> sequences) const;

private:
  void encode_some(std::span<const TokenIds> sequences, MatrixView out) const;

  TextRule rule_;
  std::size_t dim_;
  TokenEmbedding embedding_;
  std::vector<EncoderLayer> layers_;
  std::optional<fusion::LayerNorm> final_norm_;
  attention::Linear projection_;
};

}  // namespace attnviz::model::checkpoint
