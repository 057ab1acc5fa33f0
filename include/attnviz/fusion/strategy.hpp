// How words and patches are brought together. Every strategy takes the same tokens and leaves the same things behind,
// so that models differ in nothing else.
#pragma once

#include <cstddef>
#include <string>

#include "attnviz/attention/softmax.hpp"
#include "attnviz/core/attention_maps.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/cross_modal.hpp"

namespace attnviz::fusion {

struct Fused {
  Matrix words;        // [num_words, dim]
  AttentionMaps maps;  // every layer and head; zero on masked patches
};

class FusionStrategy {
public:
  virtual ~FusionStrategy() = default;

  virtual std::string type() const = 0;  // as the configuration names it: "cross"
  virtual std::size_t num_layers() const = 0;
  virtual std::size_t num_heads() const = 0;

  // words [num_words, dim], patches [num_patches, dim], mask [num_patches] (1 = content; empty: all).
  virtual Fused run(ConstMatrixView words, ConstMatrixView patches, attention::KeyMask mask) const = 0;
};

// "cross": a CrossModalFusionNetwork over the patches and one learned token more, "nothing here", which a word may look
// at when its thing is absent. That token's share goes to AttentionMaps::nothing.
class CrossFusion : public FusionStrategy {
public:
  // nothing [1, dim]
  CrossFusion(CrossModalFusionNetwork network, Matrix nothing);

  std::string type() const override { return "cross"; }
  std::size_t num_layers() const override { return network_.num_layers(); }
  std::size_t num_heads() const override { return network_.num_heads(); }
  Fused run(ConstMatrixView words, ConstMatrixView patches, attention::KeyMask mask) const override;

private:
  CrossModalFusionNetwork network_;
  Matrix nothing_;
};

}  // namespace attnviz::fusion
