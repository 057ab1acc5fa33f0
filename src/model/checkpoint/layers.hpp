// Transformer layers of checkpoints: one kind of layer under the names that each architecture gave its parts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/layers.hpp"
#include "attnviz/fusion/sublayers.hpp"
#include "model/checkpoint/config.hpp"
#include "model/weights.hpp"

namespace attnviz::model::checkpoint {

// Where the parts of a layer stand, after the layer's own prefix.
struct LayerNames {
  std::string query, key, value;  // empty: they lie in `fused`, one after the other
  std::string fused;
  std::string output, attention_norm, up, down, ffn_norm;
  fusion::NormOrder order = fusion::NormOrder::pre;
};

LayerNames clip_names();         // CLIP, SigLIP, OWL-ViT, both sides; the image's side of Chinese-CLIP
LayerNames blip_vision_names();  // the image's side of BLIP
LayerNames bert_names();         // the text's side of Chinese-CLIP and BLIP
LayerNames vilt_names();

// Attention with its residual and norm: x takes in what it attends to in `keys`, or in itself.
class AttentionPart {
public:
  // `key_dim`: the width of what is looked at.
  AttentionPart(const Weights& weights, const std::string& prefix, const LayerNames& names, const EncoderConfig& config,
                std::size_t key_dim);

  attention::AttentionWeights apply_self(Matrix& x, const attention::AttentionOptions& options = {}) const;
  // The same where weights of the first `num_kept` rows alone are wanted: of all they would take the square of the
  // rows.
  attention::AttentionWeights apply_self_keeping(Matrix& x, std::size_t num_kept,
                                                 const attention::KeepWeights& keep) const;
  attention::AttentionWeights apply(Matrix& x, ConstMatrixView keys,
                                    const attention::AttentionOptions& options = {}) const;

private:
  attention::CrossModalAttention attention_;
  fusion::Residual residual_;
};

class EncoderLayer {
public:
  EncoderLayer(const Weights& weights, const std::string& prefix, const LayerNames& names, const EncoderConfig& config);

  // x [tokens, dim], in place. Weights: what options.keep asks for.
  attention::AttentionWeights apply(Matrix& x, const attention::AttentionOptions& options = {}) const;
  // The two halves of it, for what comes between them.
  attention::AttentionWeights attend(Matrix& x, const attention::AttentionOptions& options = {}) const {
    return attention_.apply_self(x, options);
  }
  attention::AttentionWeights attend_first(Matrix& x, std::size_t num_kept, const attention::KeepWeights& keep) const {
    return attention_.apply_self_keeping(x, num_kept, keep);
  }
  void feed(Matrix& x) const { ffn_.apply(x); }

private:
  AttentionPart attention_;
  fusion::FeedForwardSublayer ffn_;
};

// Layers [0, count) below `prefix`, which ends in a dot.
std::vector<EncoderLayer> read_layers(const Weights& weights, const std::string& prefix, const LayerNames& names,
                                      const EncoderConfig& config, std::size_t count);

// What a layer gives a token that attends to itself alone: the output projection of its value, without residual and
// feed-forward. The value path that makes dense features of a model that was trained on whole images (Zhou et al.,
// "Extract Free Dense Labels from CLIP", 2022; the residual left out as in Lan et al., "ClearCLIP", 2024).
class ValuePath {
public:
  ValuePath(const Weights& weights, const std::string& prefix, const LayerNames& names, const EncoderConfig& config);
  Matrix run(ConstMatrixView x) const;

private:
  fusion::LayerNorm norm_;
  attention::Linear value_, output_;
};

}  // namespace attnviz::model::checkpoint
