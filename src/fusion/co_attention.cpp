#include "attnviz/fusion/co_attention.hpp"

#include <stdexcept>
#include <utility>

#include "fusion/rows.hpp"

namespace attnviz::fusion {

CoAttention::CoAttention(AttentionSublayer lang2vis, AttentionSublayer vis2lang)
    : lang2vis_(std::move(lang2vis)), vis2lang_(std::move(vis2lang)) {
  if (lang2vis_.dim() != vis2lang_.dim()) throw std::logic_error("CoAttention: directions differ in width");
}

attention::AttentionWeights CoAttention::apply(MatrixView words, MatrixView patches, ConstMatrixView nothing,
                                               attention::KeyMask mask, const attention::KeepWeights& keep) const {
  Matrix words_normed, patches_normed;
  const ConstMatrixView l = lang2vis_.residual().input(words, words_normed);
  const ConstMatrixView v = vis2lang_.residual().input(patches, patches_normed);
  attention::AttentionResult language =
      lang2vis_.attention().forward(l, stack({v, nothing}), {.mask = mask, .keep = keep});
  const attention::AttentionResult vision = vis2lang_.attention().forward(v, l);
  lang2vis_.residual().add_to(words, language.output);
  vis2lang_.residual().add_to(patches, vision.output);
  return std::move(language.weights);
}

}  // namespace attnviz::fusion
