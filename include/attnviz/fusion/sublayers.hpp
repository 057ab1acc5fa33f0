// Attention and feed-forward with the residual and the LayerNorm around them: what fusion blocks are built from.
//
//   x     [tokens, dim]                   changed in place
//   keys  [num_keys, key_dim] a view      with a mask each
//   weights of a view: [num_heads * tokens, num_keys]
//
// Immutable after construction. Widths that do not fit throw Error (model) with the sublayer's name.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/layers.hpp"
#include "attnviz/fusion/tokens.hpp"

namespace attnviz::fusion {

enum class NormOrder {
  none,  // x + f(x)       the bidirectional residual of the reference documents, as it is written there
  post,  // LN(x + f(x))   the reference documents' blocks
  pre,   // x + f(LN(x))   PyTorch's norm_first, Flamingo, ViLT
};

class Residual {
public:
  Residual() = default;  // NormOrder::none
  // `order`: post or pre. `gate` scales what the sublayer adds: x + gate * f.
  Residual(NormOrder order, LayerNorm norm, float gate = 1);

  // Of the LayerNorm; none: fits every width.
  std::optional<std::size_t> dim() const { return norm_ ? std::optional(norm_->dim()) : std::nullopt; }

  // What the sublayer is shown: x itself or, under pre-norm, LN(x), which is then held by `scratch`.
  ConstMatrixView input(ConstMatrixView x, Matrix& scratch) const;
  // x becomes x + gate * y, under post-norm LN of that.
  void add_to(MatrixView x, ConstMatrixView y) const;

private:
  NormOrder order_ = NormOrder::none;
  std::optional<LayerNorm> norm_;
  float gate_ = 1;
};

struct ViewsAttended {
  Matrix output;                                     // [num_words, dim]
  std::vector<attention::AttentionWeights> weights;  // one a view: what was asked for
};

// Every view is attended on its own, by the same layer; the output is the mean over the views. Of one view: plain
// cross-attention. (MultiViewCrossAttention of the reference documents.)
class MultiViewCrossAttention {
public:
  explicit MultiViewCrossAttention(attention::CrossModalAttention attention) : attention_(std::move(attention)) {}

  const attention::CrossModalAttention& single() const { return attention_; }
  // At least one view (std::logic_error).
  ViewsAttended fuse(ConstMatrixView words, std::span<const Keys> views, const attention::KeepWeights& keep = {}) const;

private:
  attention::CrossModalAttention attention_;
};

class AttentionSublayer {
public:
  AttentionSublayer(attention::CrossModalAttention attention, Residual residual, const std::string& name);

  std::size_t dim() const { return attention().word_dim(); }
  std::size_t num_heads() const { return attention().num_heads(); }
  const attention::CrossModalAttention& attention() const { return attention_.single(); }
  const Residual& residual() const { return residual_; }

  // x takes in what it attends to in the views. Weights: one a view.
  std::vector<attention::AttentionWeights> attend(MatrixView x, std::span<const Keys> views,
                                                  const attention::KeepWeights& keep = {}) const;

  // x takes in what it attends to in itself. `keep` holds for the first `num_kept` rows: kept of a long stream, all
  // weights would take the square of its length. Rows from `num_updated` on are keys alone and stay as they are.
  attention::AttentionWeights attend_self(MatrixView x, attention::KeyMask mask, std::size_t num_kept,
                                          const attention::KeepWeights& keep, std::size_t num_updated) const;

private:
  MultiViewCrossAttention attention_;
  Residual residual_;
};

class FeedForwardSublayer {
public:
  FeedForwardSublayer(FeedForward ffn, Residual residual, const std::string& name);

  std::size_t dim() const { return ffn_.dim(); }
  void apply(MatrixView x) const;

private:
  FeedForward ffn_;
  Residual residual_;
};

}  // namespace attnviz::fusion
