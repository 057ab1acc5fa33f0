// The strategies, each under the name that a configuration gives it (training/FORMAT.md says which tensors they have).
// Shapes and what is common to all: strategy.hpp. Parts whose widths do not fit each other: std::logic_error.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/fusion/co_attention.hpp"
#include "attnviz/fusion/cross_modal.hpp"
#include "attnviz/fusion/resampler.hpp"
#include "attnviz/fusion/strategy.hpp"

namespace attnviz::fusion {

// "concat": no attention, the baseline. A patch p is scored by MLP([mean(L); v_p]) (ReLU between); the softmax of the
// scores over patches and "nothing here" is the map, one for the instruction, so the same for every word.
// Fused words: joined([l_w; mean(V)]), every patch as good as the other.
class ConcatFusion : public FusionStrategy {
public:
  // score_up: 2 dim -> hidden; score_down: hidden -> 1; joined: 2 dim -> dim.
  ConcatFusion(attention::Linear score_up, attention::Linear score_down, attention::Linear joined, StrategyParts parts);

  std::string type() const override { return "concat"; }
  std::size_t num_layers() const override { return 1; }
  std::size_t num_heads() const override { return 1; }

private:
  Matrix fuse(ConstMatrixView words, std::span<const ViewKeys> views, std::span<AttentionMaps> maps) const override;

  attention::Linear score_up_, score_down_, joined_;
};

// "cross": CrossModalFusionNetwork over [V; nothing]. Maps: the weights of every layer and head.
class CrossFusion : public FusionStrategy {
public:
  CrossFusion(CrossModalFusionNetwork network, StrategyParts parts);

  std::string type() const override { return "cross"; }
  std::size_t num_layers() const override { return network_.num_layers(); }
  std::size_t num_heads() const override { return network_.num_heads(); }

private:
  Matrix fuse(ConstMatrixView words, std::span<const ViewKeys> views, std::span<AttentionMaps> maps) const override;

  CrossModalFusionNetwork network_;
};

// "multi-view": the same network with MultiViewCrossAttention in its blocks: in each layer every view is attended on
// its own and the mean goes on. Maps: the weights of each view.
class MultiViewFusion : public CrossFusion {
public:
  using CrossFusion::CrossFusion;

  std::string type() const override { return "multi-view"; }
  bool takes_several_views() const override { return true; }
};

// "co": layers of CoAttention, after each a feed-forward of its own for either side (or none). From L' and V' the fused
// words: Concat, joined([l'_w; mean(V')]), or the sum l'_w + mean(V'); the mean over patches with content brings vision
// to the number of words. Maps: the weights of lang2vis.
class CoFusion : public FusionStrategy {
public:
  struct Layer {
    CoAttention attention;
    std::optional<FeedForwardSublayer> language_ffn, vision_ffn;
  };

  // At least one layer. `joined`: 2 dim -> dim; none: the sum.
  CoFusion(std::vector<Layer> layers, std::optional<attention::Linear> joined, StrategyParts parts);

  std::string type() const override { return "co"; }
  std::size_t num_layers() const override { return layers_.size(); }
  std::size_t num_heads() const override { return layers_.front().attention.num_heads(); }

private:
  Matrix fuse(ConstMatrixView words, std::span<const ViewKeys> views, std::span<AttentionMaps> maps) const override;

  std::vector<Layer> layers_;
  std::optional<attention::Linear> joined_;
};

// "perceiver": latents read [L; V] and words read the latents out: a CrossModalFusionNetwork over [latents; nothing].
// Maps, for each of its layers and heads: weights over the latents times where these have it from
// (PerceiverResampler::Result::seen), patches alone, beside the weight of "nothing here"; what the latents have from
// words is divided out.
class PerceiverFusion : public FusionStrategy {
public:
  PerceiverFusion(PerceiverResampler resampler, CrossModalFusionNetwork network, StrategyParts parts);

  std::string type() const override { return "perceiver"; }
  std::size_t num_layers() const override { return network_.num_layers(); }
  std::size_t num_heads() const override { return network_.num_heads(); }

private:
  virtual bool reads_words() const { return true; }
  Matrix fuse(ConstMatrixView words, std::span<const ViewKeys> views, std::span<AttentionMaps> maps) const override;

  PerceiverResampler resampler_;
  CrossModalFusionNetwork network_;
};

// "gated" (Flamingo): the same with latents that read V alone, and a network whose residuals have gates: attention and
// feed-forward add tanh(alpha) of themselves (Residual's `gate`), so that training begins with words as they were.
class GatedFusion : public PerceiverFusion {
public:
  using PerceiverFusion::PerceiverFusion;

  std::string type() const override { return "gated"; }

private:
  bool reads_words() const override { return false; }
};

// "single-stream" (Kim et al., "ViLT", 2021): self-attention over [L; V; nothing], words and patches marked by a
// learned type embedding each. Maps: the words' weights on patches and "nothing here"; what they give to words is
// divided out.
class SingleStreamFusion : public FusionStrategy {
public:
  // At least one block. types [2, dim]: row 0 is added to words, row 1 to patches.
  SingleStreamFusion(Matrix types, std::vector<CrossModalTransformerBlock> blocks, StrategyParts parts);

  std::string type() const override { return "single-stream"; }
  std::size_t num_layers() const override { return blocks_.size(); }
  std::size_t num_heads() const override { return blocks_.front().num_heads(); }

private:
  Matrix fuse(ConstMatrixView words, std::span<const ViewKeys> views, std::span<AttentionMaps> maps) const override;

  Matrix types_;
  std::vector<CrossModalTransformerBlock> blocks_;
};

}  // namespace attnviz::fusion
