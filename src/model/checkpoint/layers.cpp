#include "model/checkpoint/layers.hpp"

#include <algorithm>
#include <utility>

namespace attnviz::model::checkpoint {
namespace {

using attention::Linear;

// Query 0, key 1, value 2.
Linear read_projection(const Weights& weights, const std::string& prefix, const LayerNames& names, std::size_t which,
                       std::size_t in, std::size_t dim) {
  if (!names.fused.empty()) {
    const std::string name = prefix + names.fused;
    const bool has_dot = weights.has(name + "_weight");  // PyTorch's own MultiheadAttention: in_proj_weight
    return weights.linear_part(has_dot ? name + "_weight" : name + ".weight", has_dot ? name + "_bias" : name + ".bias",
                               which * dim, dim, 3 * dim, in);
  }
  const std::string& part = which == 0 ? names.query : which == 1 ? names.key : names.value;
  return weights.linear(prefix + part, in, dim);
}

attention::CrossModalAttention read_attention(const Weights& weights, const std::string& prefix,
                                              const LayerNames& names, const EncoderConfig& config,
                                              std::size_t key_dim) {
  attention::AttentionProjections projections;
  projections.query = read_projection(weights, prefix, names, 0, config.dim, config.dim);
  projections.key = read_projection(weights, prefix, names, 1, key_dim, config.dim);
  projections.value = read_projection(weights, prefix, names, 2, key_dim, config.dim);
  projections.output = weights.linear(prefix + names.output, config.dim, config.dim);
  return {std::move(projections), config.heads, prefix};
}

fusion::Residual read_residual(const Weights& weights, const std::string& name, const LayerNames& names,
                               const EncoderConfig& config) {
  return {names.order, weights.norm(name, config.dim, config.epsilon)};
}

}  // namespace

LayerNames clip_names() {
  return {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "",           "self_attn.out_proj",
          "layer_norm1",      "mlp.fc1",          "mlp.fc2",          "layer_norm2"};
}

LayerNames blip_vision_names() {
  return {"", "", "", "self_attn.qkv", "self_attn.projection", "layer_norm1", "mlp.fc1", "mlp.fc2", "layer_norm2"};
}

LayerNames bert_names() {
  return {"attention.self.query",   "attention.self.key",         "attention.self.value", "",
          "attention.output.dense", "attention.output.LayerNorm", "intermediate.dense",   "output.dense",
          "output.LayerNorm",       fusion::NormOrder::post};
}

LayerNames vilt_names() {
  return {"attention.attention.query",
          "attention.attention.key",
          "attention.attention.value",
          "",
          "attention.output.dense",
          "layernorm_before",
          "intermediate.dense",
          "output.dense",
          "layernorm_after"};
}

AttentionPart::AttentionPart(const Weights& weights, const std::string& prefix, const LayerNames& names,
                             const EncoderConfig& config, std::size_t key_dim)
    : attention_(read_attention(weights, prefix, names, config, key_dim)),
      residual_(read_residual(weights, prefix + names.attention_norm, names, config)) {}

attention::AttentionWeights AttentionPart::apply_self(Matrix& x, const attention::AttentionOptions& options) const {
  Matrix scratch;
  const ConstMatrixView in = residual_.input(x, scratch);
  attention::AttentionResult result = attention_.forward(in, in, options);
  residual_.add_to(x, result.output);
  return std::move(result.weights);
}

attention::AttentionWeights AttentionPart::apply_self_keeping(Matrix& x, std::size_t num_kept,
                                                              const attention::KeepWeights& keep) const {
  Matrix scratch;
  const ConstMatrixView in = residual_.input(x, scratch);
  const attention::KeyValueCache keys = attention_.cache(in);
  attention::AttentionResult kept = attention_.forward(in.row_range(0, num_kept), keys, {.keep = keep});
  const attention::AttentionResult rest = attention_.forward(in.row_range(num_kept, in.rows() - num_kept), keys);
  residual_.add_to(x.view().row_range(0, num_kept), kept.output);
  residual_.add_to(x.view().row_range(num_kept, in.rows() - num_kept), rest.output);
  return std::move(kept.weights);
}

attention::AttentionWeights AttentionPart::apply(Matrix& x, ConstMatrixView keys,
                                                 const attention::AttentionOptions& options) const {
  Matrix scratch;
  attention::AttentionResult result = attention_.forward(residual_.input(x, scratch), keys, options);
  residual_.add_to(x, result.output);
  return std::move(result.weights);
}

EncoderLayer::EncoderLayer(const Weights& weights, const std::string& prefix, const LayerNames& names,
                           const EncoderConfig& config)
    : attention_(weights, prefix, names, config, config.dim),
      ffn_(fusion::FeedForward(weights.linear(prefix + names.up, config.dim, config.ffn),
                               weights.linear(prefix + names.down, config.ffn, config.dim), prefix, config.activation),
           read_residual(weights, prefix + names.ffn_norm, names, config), prefix) {}

attention::AttentionWeights EncoderLayer::apply(Matrix& x, const attention::AttentionOptions& options) const {
  attention::AttentionWeights kept = attend(x, options);
  feed(x);
  return kept;
}

std::vector<EncoderLayer> read_layers(const Weights& weights, const std::string& prefix, const LayerNames& names,
                                      const EncoderConfig& config, std::size_t count) {
  std::vector<EncoderLayer> layers;
  layers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) layers.emplace_back(weights, prefix + std::to_string(i) + ".", names, config);
  return layers;
}

ValuePath::ValuePath(const Weights& weights, const std::string& prefix, const LayerNames& names,
                     const EncoderConfig& config)
    : norm_(weights.norm(prefix + names.attention_norm, config.dim, config.epsilon)),
      value_(read_projection(weights, prefix, names, 2, config.dim, config.dim)),
      output_(weights.linear(prefix + names.output, config.dim, config.dim)) {
  weights.ignore(prefix);
}

Matrix ValuePath::run(ConstMatrixView x) const {
  Matrix in(x.rows(), x.cols());
  for (std::size_t r = 0; r < x.rows(); ++r) std::ranges::copy(x.row(r), in.row(r).begin());
  norm_.apply(in);
  return output_.forward(value_.forward(in));
}

}  // namespace attnviz::model::checkpoint
