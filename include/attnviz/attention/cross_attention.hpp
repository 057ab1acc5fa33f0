// Multi-head cross-attention: words ask, patches answer.
//
//   words    [num_words, word_dim]                queries;     word_dim  = query.in_dim
//   patches  [num_keys, patch_dim]                keys/values; patch_dim = key.in_dim = value.in_dim
//   Q = words Wq^T + bq    [num_words, model_dim]     Q_h = columns [h d_h, (h + 1) d_h) of Q; K_h, V_h alike
//   K = patches Wk^T + bk  [num_keys, model_dim]      d_h = head_dim = model_dim / num_heads
//   V = patches Wv^T + bv  [num_keys, model_dim]
//   A_h = softmax(Q_h K_h^T / sqrt(d_h))  [num_words, num_keys]   each row sums to 1; 0 on masked keys
//   output = [A_0 V_0 ... A_h V_h] Wo^T + bo  [num_words, output.out_dim]   no residual, no norm: the block adds them
//
// (Vaswani et al., "Attention Is All You Need", 2017; CrossModalAttention of the reference documents.)
//
// Immutable after construction; calls from several threads are safe. Throws Error (model): shapes that do not fit each
// other, model_dim not divisible by num_heads, no word, no key, a word with no key left to attend to, NaN or infinity
// in an input, scores that are not finite (weights are not looked at by themselves). The message names the tensor and
// both shapes. Masked patches must be finite, too; whether they are looked at is not promised.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "attnviz/attention/cost.hpp"
#include "attnviz/attention/linear.hpp"
#include "attnviz/attention/mask.hpp"
#include "attnviz/attention/weights.hpp"
#include "attnviz/core/buffer.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

struct AttentionProjections {
  Linear query, key, value, output;
};

// How scores become weights.
struct AttentionKind {
  enum class Type {
    softmax,
    // Softmax over the `top_k` highest scores of each (head, word) alone; equal scores: the lower key. An
    // approximation: what the other keys would have had is left out.
    top_k,
    // A_h = phi(Q_h) phi(K_h)^T, rows divided by their sum, phi(x) = elu(x) + 1 (Katharopoulos et al., "Transformers
    // are RNNs", 2020). The cost of the output does not grow with num_words * num_keys. Another function than softmax,
    // for models trained with it; no scale by sqrt(d_h).
    linear,
  };
  Type type = Type::softmax;
  std::size_t top_k = 0;
};

struct AttentionOptions {
  KeyMask mask{};                   // [num_keys] or empty
  const PairMask* pairs = nullptr;  // [num_words, num_keys] or null; both masks hold where both are given
  KeepWeights keep{};
  AttentionPath path = AttentionPath::cheapest;  // of softmax without a cache; all else has one
};

struct AttentionResult {
  Matrix output;             // [num_words, output.out_dim]
  AttentionWeights weights;  // what `keep` asked for
};

// K and V of one image, for many instructions. Made by CrossModalAttention::cache; of use to that layer alone, and only
// another shape of heads is noticed (Error).
struct KeyValueCache {
  std::size_t num_keys = 0, num_heads = 0, head_dim = 0;
  Buffer key, value;  // [num_heads, num_keys, head_dim rounded up to 16]
};

class CrossModalAttention {
public:
  // `name` is what errors call this layer, for example "fusion.layers.0.attention".
  CrossModalAttention(AttentionProjections projections, std::size_t num_heads, std::string name,
                      AttentionKind kind = {});
  CrossModalAttention(CrossModalAttention&&) noexcept;
  CrossModalAttention& operator=(CrossModalAttention&&) noexcept;
  ~CrossModalAttention();

  std::size_t num_heads() const { return num_heads_; }
  std::size_t model_dim() const { return num_heads_ * head_dim_; }
  std::size_t head_dim() const { return head_dim_; }
  std::size_t word_dim() const { return projections_.query.in_dim(); }
  std::size_t patch_dim() const { return projections_.key.in_dim(); }
  std::size_t out_dim() const { return projections_.output.out_dim(); }

  AttentionResult forward(ConstMatrixView words, ConstMatrixView patches, const AttentionOptions& options = {}) const;

  // The same with the keys' part done once: forward(words, cache(patches)) == forward(words, patches) on the plain
  // path.
  KeyValueCache cache(ConstMatrixView patches) const;
  AttentionResult forward(ConstMatrixView words, const KeyValueCache& keys, const AttentionOptions& options = {}) const;

private:
  struct Folding;  // the folded path's own form of the key projection, made when first needed
  struct Run;

  void check_words(ConstMatrixView words) const;
  void check_patches(ConstMatrixView patches) const;
  void check_masks(std::size_t num_words, std::size_t num_keys, const AttentionOptions& options) const;
  AttentionPath choose_path(std::size_t num_words, std::size_t num_keys, AttentionPath wanted) const;
  void project_query(ConstMatrixView words, MatrixView query) const;
  [[noreturn]] void refuse_numbers(ConstMatrixView words, ConstMatrixView patches) const;

  AttentionProjections projections_;  // query, key and value with heads padded to whole panels
  std::size_t num_heads_, head_dim_ = 0, head_stride_ = 0;
  std::string name_;
  AttentionKind kind_;
  std::unique_ptr<Folding> folding_;
};

}  // namespace attnviz::attention
