#include "attnviz/attention/cross_attention.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

#include "attention/checks.hpp"
#include "attention/folded_path.hpp"
#include "attention/panels.hpp"
#include "attention/plain_path.hpp"
#include "attention/scratch.hpp"
#include "attention/weight_collector.hpp"
#include "attnviz/core/tensor_check.hpp"

namespace attnviz::attention {
namespace {

// The same layer with zero rows after each head, so that every head begins a panel.
Linear pad_heads(Linear linear, std::size_t num_heads, std::size_t head_dim, std::size_t head_stride) {
  if (head_dim == head_stride) return linear;
  const PackedMatrix& weight = linear.weight();
  PackedMatrix padded(num_heads * head_stride, weight.cols(), [&](std::size_t row, std::span<float> out) {
    const std::size_t head = row / head_stride, within = row % head_stride;
    if (within < head_dim) weight.unpack_row(head * head_dim + within, out);
  });
  std::vector<float> bias;
  if (!linear.bias().empty()) {
    bias.resize(num_heads * head_stride);
    for (std::size_t head = 0; head < num_heads; ++head) {
      std::ranges::copy(linear.bias().subspan(head * head_dim, head_dim), bias.data() + head * head_stride);
    }
  }
  return {std::move(padded), std::move(bias)};
}

}  // namespace

struct CrossModalAttention::Folding {
  std::once_flag once;
  FoldedKey key;
};

// What a call holds from its queries to its output.
struct CrossModalAttention::Run {
  const CrossModalAttention& layer;
  ScratchMatrix query;     // [num_words, num_heads * head_stride]
  ScratchMatrix attended;  // [num_words, model_dim]
  std::optional<WeightCollector> collector;
  AttentionCall call;

  Run(const CrossModalAttention& attention, ConstMatrixView words, std::size_t num_keys,
      const AttentionOptions& options)
      : layer(attention),
        query(words.rows(), layer.num_heads_ * layer.head_stride_),
        attended(words.rows(), layer.model_dim()) {
    layer.project_query(words, query);
    const KeepWeights& keep = options.keep;
    if (keep.per_head || keep.head_mean || keep.head_max || keep.top_k > 0) {
      collector.emplace(layer.num_heads_, words.rows(), num_keys, keep);
    }
    call.query = query;
    call.num_heads = layer.num_heads_;
    call.head_dim = layer.head_dim_;
    call.head_stride = layer.head_stride_;
    call.mask = options.mask;
    call.pairs = options.pairs;
    call.kind = layer.kind_;
    call.collector = collector ? &*collector : nullptr;
  }

  Run(const Run&) = delete;  // `call` points into it
  Run& operator=(const Run&) = delete;

  AttentionResult finish(bool finite, const auto& refuse_numbers) {
    AttentionResult result;
    if (finite) result.output = layer.projections_.output.forward(attended);
    if (!finite || !all_finite(result.output)) refuse_numbers();
    if (collector) result.weights = collector->finish();
    return result;
  }
};

CrossModalAttention::CrossModalAttention(AttentionProjections projections, std::size_t num_heads, std::string name,
                                         AttentionKind kind)
    : projections_(std::move(projections)),
      num_heads_(num_heads),
      name_(std::move(name)),
      kind_(kind),
      folding_(std::make_unique<Folding>()) {
  check_projections(projections_, num_heads_, name_);
  if (kind_.type == AttentionKind::Type::top_k && kind_.top_k == 0) refuse(name_, "top-k attention over 0 keys");
  head_dim_ = projections_.query.out_dim() / num_heads_;
  head_stride_ = round_up(head_dim_, kWidth);
  for (Linear* linear : {&projections_.query, &projections_.key, &projections_.value}) {
    *linear = pad_heads(std::move(*linear), num_heads_, head_dim_, head_stride_);
  }
}

CrossModalAttention::CrossModalAttention(CrossModalAttention&&) noexcept = default;
CrossModalAttention& CrossModalAttention::operator=(CrossModalAttention&&) noexcept = default;
CrossModalAttention::~CrossModalAttention() = default;

void CrossModalAttention::check_words(ConstMatrixView words) const {
  check_tokens(words, word_dim(), model_dim(), "the query's", name_ + ": words");
}

void CrossModalAttention::check_patches(ConstMatrixView patches) const {
  check_tokens(patches, patch_dim(), model_dim(), "the key's", name_ + ": patches");
}

void CrossModalAttention::check_masks(std::size_t num_words, std::size_t num_keys,
                                      const AttentionOptions& options) const {
  if (options.pairs != nullptr && kind_.type == AttentionKind::Type::linear) {
    refuse(name_ + ": pair mask", "linear attention forms no pairs that could be masked");
  }
  attention::check_masks(num_words, num_keys, options, name_);
}

AttentionPath CrossModalAttention::choose_path(std::size_t num_words, std::size_t num_keys,
                                               AttentionPath wanted) const {
  if (kind_.type != AttentionKind::Type::softmax) return AttentionPath::plain;
  if (wanted != AttentionPath::cheapest) return wanted;
  return cheapest_path({num_words, num_keys, num_heads_, word_dim(), patch_dim(), model_dim(), out_dim()});
}

// Q, scaled where the kind wants it: [num_words, num_heads * head_stride].
void CrossModalAttention::project_query(ConstMatrixView words, MatrixView query) const {
  projections_.query.forward_into(words, query);
  if (kind_.type == AttentionKind::Type::linear) return;
  const float scale = 1.0f / std::sqrt(static_cast<float>(head_dim_));
  for (std::size_t word = 0; word < query.rows(); ++word) {
    for (float& value : query.row(word)) value *= scale;
  }
}

KeyValueCache CrossModalAttention::cache(ConstMatrixView patches) const {
  check_patches(patches);
  check_finite(patches, name_ + ": patches");
  return project_heads(projections_.key, projections_.value, patches, head_dim_, 0, num_heads_);
}

void CrossModalAttention::refuse_numbers(ConstMatrixView words, ConstMatrixView patches) const {
  check_finite(words, name_ + ": words");
  check_finite(patches, name_ + ": patches");
  refuse(name_, "attention is not finite: a weight is NaN or infinite, or numbers are too large for float32");
}

AttentionResult CrossModalAttention::forward(ConstMatrixView words, ConstMatrixView patches,
                                             const AttentionOptions& options) const {
  check_words(words);
  check_patches(patches);
  check_masks(words.rows(), patches.rows(), options);
  // Only softmax carries what is not finite into its output, where it is found without looking at every input.
  if (kind_.type != AttentionKind::Type::softmax) {
    check_finite(words, name_ + ": words");
    check_finite(patches, name_ + ": patches");
  }
  Run run(*this, words, patches.rows(), options);
  bool finite = false;
  if (choose_path(words.rows(), patches.rows(), options.path) == AttentionPath::folded) {
    std::call_once(folding_->once,
                   [this] { folding_->key = fold_key(projections_.key, num_heads_, head_dim_, head_stride_); });
    finite = attend_folded(run.call, folding_->key, projections_.value, patches, run.attended);
  } else {
    finite = attend_plain(run.call, projections_.key, projections_.value, patches, run.attended);
  }
  return run.finish(finite, [&] { refuse_numbers(words, patches); });
}

AttentionResult CrossModalAttention::forward(ConstMatrixView words, const KeyValueCache& keys,
                                             const AttentionOptions& options) const {
  check_cache(keys, num_heads_, head_dim_, name_);
  check_words(words);
  check_masks(words.rows(), keys.num_keys, options);
  check_finite(words, name_ + ": words");
  Run run(*this, words, keys.num_keys, options);
  const bool finite = attend_heads(run.call, keys, 0, run.attended);
  return run.finish(finite, [&] { refuse_numbers(words, {}); });
}

}  // namespace attnviz::attention
