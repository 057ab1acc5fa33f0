#include "attnviz/attention/cross_attention.hpp"

#include <cmath>
#include <utility>

#include "attnviz/attention/softmax.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/core/parallel.hpp"

namespace attnviz::attention {
namespace {

std::string shape(std::size_t rows, std::size_t cols) {
  std::string text = "[";
  return text.append(std::to_string(rows)).append(", ").append(std::to_string(cols)).append("]");
}

std::string shape(const Linear& linear) { return shape(linear.out_dim(), linear.in_dim()); }

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(ErrorCode::model, where, what);
}

// One head: A = softmax(Q_h K_h^T) into `weights` [num_words, num_keys], A V_h into `attended` [num_words, head_dim].
// Q is scaled already. False where a row has no softmax.
bool attend_head(ConstMatrixView query, ConstMatrixView key, ConstMatrixView value, KeyMask mask, MatrixView weights,
                 MatrixView attended) {
  matmul_transposed(query, key, weights);
  for (std::size_t word = 0; word < weights.rows(); ++word) {
    if (!softmax(weights.row(word), mask)) return false;
  }
  matmul_transposed(weights, PackedMatrix::from_transposed(value), attended);
  return true;
}

}  // namespace

CrossModalAttention::CrossModalAttention(AttentionProjections projections, std::size_t num_heads, std::string name,
                                         AttentionKind kind)
    : projections_(std::move(projections)), num_heads_(num_heads), name_(std::move(name)), kind_(kind) {
  check_projections();
}

void CrossModalAttention::check_projections() const {
  const auto& [query, key, value, output] = projections_;
  if (num_heads_ == 0 || model_dim() == 0 || model_dim() % num_heads_ != 0) {
    refuse(name_, "a width of " + std::to_string(model_dim()) + " cannot be cut into " + std::to_string(num_heads_) +
                      " heads");
  }
  if (key.out_dim() != query.out_dim()) {
    refuse(name_ + ".key", "shape " + shape(key) + " does not fit the query's " + shape(query));
  }
  if (value.out_dim() != key.out_dim() || value.in_dim() != key.in_dim()) {
    refuse(name_ + ".value", "shape " + shape(value) + " does not fit the key's " + shape(key));
  }
  if (output.in_dim() != value.out_dim()) {
    refuse(name_ + ".output", "shape " + shape(output) + " does not fit the value's " + shape(value));
  }
}

void CrossModalAttention::check_inputs(ConstMatrixView words, ConstMatrixView patches, KeyMask mask) const {
  if (words.cols() != word_dim()) {
    refuse(name_ + ": words",
           "shape " + shape(words.rows(), words.cols()) + " does not fit the query's " + shape(projections_.query));
  }
  if (patches.cols() != patch_dim()) {
    refuse(name_ + ": patches",
           "shape " + shape(patches.rows(), patches.cols()) + " does not fit the key's " + shape(projections_.key));
  }
  if (patches.rows() == 0) refuse(name_ + ": patches", "shape " + shape(0, patches.cols()) + ": nothing to attend to");
  if (mask.empty()) return;
  if (mask.size() != patches.rows()) {
    refuse(name_ + ": mask", "shape [" + std::to_string(mask.size()) + "] does not fit the patches' " +
                                 shape(patches.rows(), patches.cols()));
  }
  for (const std::uint8_t attends : mask) {
    if (attends != 0) return;
  }
  refuse(name_ + ": mask", "all " + std::to_string(mask.size()) + " keys are masked");
}

AttentionResult CrossModalAttention::forward(ConstMatrixView words, ConstMatrixView patches,
                                             const AttentionOptions& options) const {
  check_inputs(words, patches, options.mask);
  return forward(words, cache(patches), options);
}

KeyValueCache CrossModalAttention::cache(ConstMatrixView patches) const {
  return {patches.rows(), projections_.key.forward(patches), projections_.value.forward(patches)};
}

AttentionResult CrossModalAttention::forward(ConstMatrixView words, const KeyValueCache& keys,
                                             const AttentionOptions& options) const {
  Matrix query = projections_.query.forward(words);       // [num_words, model_dim]
  Matrix attended(words.rows(), model_dim());             // [num_words, model_dim]
  Matrix maps(num_heads_ * words.rows(), keys.num_keys);  // [num_heads * num_words, num_keys]
  const float scale = 1.0f / std::sqrt(static_cast<float>(head_dim()));
  for (std::size_t i = 0; i < query.rows() * query.cols(); ++i) query.data()[i] *= scale;

  parallel_for(num_heads_, [&](std::size_t head) {
    const std::size_t first = head * head_dim();
    const MatrixView head_maps(maps.data() + head * words.rows() * keys.num_keys, words.rows(), keys.num_keys);
    if (!attend_head(query.view().columns(first, head_dim()), keys.key.view().columns(first, head_dim()),
                     keys.value.view().columns(first, head_dim()), options.mask, head_maps,
                     attended.view().columns(first, head_dim()))) {
      refuse(name_, "attention scores are not finite");
    }
  });
  AttentionResult result;
  result.output = projections_.output.forward(attended);
  if (options.keep.head_mean) {
    result.weights.head_mean = Matrix(words.rows(), keys.num_keys);
    for (std::size_t row = 0; row < maps.rows(); ++row) {
      for (std::size_t key = 0; key < keys.num_keys; ++key) {
        result.weights.head_mean(row % words.rows(), key) += maps(row, key) / static_cast<float>(num_heads_);
      }
    }
  }
  if (options.keep.per_head) result.weights.per_head = std::move(maps);
  return result;
}

}  // namespace attnviz::attention
