// Learned latents that read a sequence of any length and then talk among themselves: what PerceiverFusion and
// Flamingo's resampler share (Jaegle et al., "Perceiver", 2021; Alayrac et al., "Flamingo", 2022).
//
//   x = read(latents, inputs); x = among(x, x) a number of times; under pre-norm x = LN(x) at last
//
// Flamingo lets latents look at the input and at each other in one softmax; here, as in Perceiver, they take turns.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/cross_modal.hpp"

namespace attnviz::fusion {

class PerceiverResampler {
public:
  struct Result {
    Matrix latents;  // [num_latents, dim]
    // [num_latents, num_inputs]: where what a latent holds comes from, by attention rollout (Abnar and Zuidema,
    // "Quantifying Attention Flow in Transformers", 2020): S = mean over heads of the reading, then S = (S + A S) / 2
    // for each layer among latents, A its mean over heads, the other half the residual. Rows sum to 1.
    Matrix seen;
  };

  // latents [num_latents, dim], at least one. Parts of other widths: std::logic_error.
  PerceiverResampler(Matrix latents, CrossModalTransformerBlock read, std::vector<CrossModalTransformerBlock> among,
                     std::optional<LayerNorm> norm_out);

  std::size_t num_latents() const { return latents_.rows(); }
  std::size_t dim() const { return latents_.cols(); }

  Result run(const Keys& inputs) const;

private:
  Matrix latents_;
  CrossModalTransformerBlock read_;
  std::vector<CrossModalTransformerBlock> among_;
  std::optional<LayerNorm> norm_out_;
};

}  // namespace attnviz::fusion
