#include "attnviz/fusion/sublayers.hpp"

#include <stdexcept>
#include <utility>

#include "attnviz/core/error.hpp"
#include "fusion/rows.hpp"

namespace attnviz::fusion {
namespace {

// The sublayer reads `in`, writes `out` and is normalised at the residual's width: one width for all three.
void check_widths(std::size_t in, std::size_t out, const Residual& residual, const std::string& name) {
  const std::size_t norm = residual.dim().value_or(in);
  if (in == out && in == norm) return;
  throw Error(ErrorCode::model, name,
              "widths do not fit: " + std::to_string(in) + " in, " + std::to_string(out) + " out, norm " +
                  std::to_string(norm));
}

}  // namespace

Residual::Residual(NormOrder order, LayerNorm norm, float gate) : order_(order), norm_(std::move(norm)), gate_(gate) {
  if (order == NormOrder::none) throw std::logic_error("Residual: a norm that stands nowhere");
}

ConstMatrixView Residual::input(ConstMatrixView x, Matrix& scratch) const {
  if (order_ != NormOrder::pre) return x;
  scratch = stack({x});
  norm_->apply(scratch);
  return scratch;
}

void Residual::add_to(MatrixView x, ConstMatrixView y) const {
  add(x, y, gate_);
  if (order_ == NormOrder::post) norm_->apply(x);
}

ViewsAttended MultiViewCrossAttention::fuse(ConstMatrixView words, std::span<const Keys> views,
                                            const attention::KeepWeights& keep) const {
  if (views.empty()) throw std::logic_error("MultiViewCrossAttention: no views");
  ViewsAttended all;
  for (const Keys& view : views) {
    attention::AttentionResult one = attention_.forward(words, view.tokens, {.mask = view.mask, .keep = keep});
    if (all.weights.empty()) {
      all.output = std::move(one.output);
    } else {
      add(all.output, one.output);
    }
    all.weights.push_back(std::move(one.weights));
  }
  for (float& value : std::span(all.output.data(), all.output.rows() * all.output.cols())) {
    value /= static_cast<float>(views.size());
  }
  return all;
}

AttentionSublayer::AttentionSublayer(attention::CrossModalAttention attention, Residual residual,
                                     const std::string& name)
    : attention_(std::move(attention)), residual_(std::move(residual)) {
  check_widths(dim(), attention_.single().out_dim(), residual_, name);
}

std::vector<attention::AttentionWeights> AttentionSublayer::attend(MatrixView x, std::span<const Keys> views,
                                                                   const attention::KeepWeights& keep) const {
  Matrix scratch;
  ViewsAttended attended = attention_.fuse(residual_.input(x, scratch), views, keep);
  residual_.add_to(x, attended.output);
  return std::move(attended.weights);
}

attention::AttentionWeights AttentionSublayer::attend_self(MatrixView x, attention::KeyMask mask, std::size_t num_kept,
                                                           const attention::KeepWeights& keep,
                                                           std::size_t num_updated) const {
  if (num_kept > num_updated || num_updated > x.rows()) {
    throw std::logic_error("AttentionSublayer: more rows kept or updated than there are");
  }
  Matrix scratch;
  const ConstMatrixView in = residual_.input(x, scratch);
  const attention::KeyValueCache keys = attention().cache(in);
  Matrix output(num_updated, dim());
  attention::AttentionWeights weights;
  const auto part = [&](std::size_t begin, std::size_t count, const attention::KeepWeights& kept) {
    if (count == 0) return attention::AttentionWeights{};
    attention::AttentionResult result =
        attention().forward(in.row_range(begin, count), keys, {.mask = mask, .keep = kept});
    copy_rows(result.output, output.view().row_range(begin, count));
    return std::move(result.weights);
  };
  weights = part(0, num_kept, keep);
  part(num_kept, num_updated - num_kept, {});
  residual_.add_to(x.row_range(0, num_updated), output);
  return weights;
}

FeedForwardSublayer::FeedForwardSublayer(FeedForward ffn, Residual residual, const std::string& name)
    : ffn_(std::move(ffn)), residual_(std::move(residual)) {
  check_widths(dim(), dim(), residual_, name);
}

void FeedForwardSublayer::apply(MatrixView x) const {
  Matrix scratch;
  residual_.add_to(x, ffn_.forward(residual_.input(x, scratch)));
}

}  // namespace attnviz::fusion
