#include <stdexcept>
#include <utility>

#include "attnviz/attention/softmax.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/core/tensor_check.hpp"
#include "attnviz/fusion/strategies.hpp"
#include "fusion/rows.hpp"
#include "fusion/view_keys.hpp"

namespace attnviz::fusion {

ConcatFusion::ConcatFusion(attention::Linear score_up, attention::Linear score_down, attention::Linear joined,
                           StrategyParts parts)
    : FusionStrategy(joined.out_dim(), std::move(parts)),
      score_up_(std::move(score_up)),
      score_down_(std::move(score_down)),
      joined_(std::move(joined)) {
  if (joined_.in_dim() != 2 * dim() || score_up_.in_dim() != 2 * dim() || score_down_.in_dim() != score_up_.out_dim() ||
      score_down_.out_dim() != 1) {
    throw std::logic_error("ConcatFusion: score_up " + shape_text(score_up_.out_dim(), score_up_.in_dim()) +
                           ", score_down " + shape_text(score_down_.out_dim(), score_down_.in_dim()) + " and joined " +
                           shape_text(joined_.out_dim(), joined_.in_dim()) + " do not fit");
  }
}

Matrix ConcatFusion::fuse(ConstMatrixView words, std::span<const ViewKeys> views, std::span<AttentionMaps> maps) const {
  const ViewKeys& view = views.front();
  const Keys keys = view.keys();
  const Matrix pairs = beside(mean_row(words), keys.tokens);  // [num_keys, 2 dim]
  const Matrix hidden = score_up_.forward(pairs, attention::Activation::relu);
  Matrix scores = score_down_.forward(hidden);  // [num_keys, 1]
  const std::span<float> distribution(scores.data(), scores.rows());
  if (!attention::softmax(distribution, keys.mask)) {
    throw Error(ErrorCode::model, "fusion 'concat'", "scores are not finite");
  }
  Matrix weights(words.rows(), scores.rows());
  for (std::size_t word = 0; word < words.rows(); ++word) std::ranges::copy(distribution, weights.row(word).begin());
  view.put(weights, maps.front(), 0);
  return joined_.forward(beside(words, view.mean(view.cells().tokens)));
}

}  // namespace attnviz::fusion
