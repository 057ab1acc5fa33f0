#include "attnviz/fusion/resampler.hpp"

#include <stdexcept>
#include <utility>

namespace attnviz::fusion {
namespace {

// S = (S + A S) / 2: a [n, n], seen [n, inputs]
Matrix roll_out(ConstMatrixView a, const Matrix& seen) {
  Matrix mixed(seen.rows(), seen.cols());
  attention::matmul_transposed(a, attention::PackedMatrix::from_transposed(seen), mixed, {.residual = seen});
  for (std::size_t r = 0; r < mixed.rows(); ++r) {
    for (float& share : mixed.row(r)) share *= 0.5f;
  }
  return mixed;
}

}  // namespace

PerceiverResampler::PerceiverResampler(Matrix latents, CrossModalTransformerBlock read,
                                       std::vector<CrossModalTransformerBlock> among, std::optional<LayerNorm> norm_out)
    : latents_(std::move(latents)), read_(std::move(read)), among_(std::move(among)), norm_out_(std::move(norm_out)) {
  check_alike(among_);
  if (latents_.empty() || read_.dim() != dim() || (!among_.empty() && among_.front().dim() != dim()) ||
      (norm_out_ && norm_out_->dim() != dim())) {
    throw std::logic_error("PerceiverResampler: parts do not fit the latents");
  }
}

PerceiverResampler::Result PerceiverResampler::run(const Keys& inputs) const {
  ViewsAttended read = read_.forward(latents_, inputs, {.head_mean = true});
  Result result{std::move(read.output), std::move(read.weights.front().head_mean)};
  for (const CrossModalTransformerBlock& layer : among_) {
    attention::AttentionResult mixed = layer.forward_self(result.latents, {}, num_latents(), {.head_mean = true});
    result.latents = std::move(mixed.output);
    result.seen = roll_out(mixed.weights.head_mean, result.seen);
  }
  if (norm_out_) norm_out_->apply(result.latents);
  return result;
}

}  // namespace attnviz::fusion
