// How words and patches are brought together. Every strategy takes the same tokens and leaves the same things behind,
// so that models differ in nothing else. The strategies themselves: strategies.hpp.
//
//   words    [num_words, dim]            at least one
//   views    [num_patches, dim] each     one, or several where the strategy takes them
//   maps     one AttentionMaps a view    each row and its share of "nothing here" sum to 1; zero on masked patches
//
// What is common to all: a view's patches may be pooled before they are looked at (the weight of a cell is then spread
// evenly over its patches with content), a learned token "nothing here" may stand among the keys that words ask (its
// share goes to AttentionMaps::nothing), and a LayerNorm may end it all (pre-norm models).
//
// Some strategies give weight to things that are no part of the picture (words, say). A row of the maps tells how the
// rest, what a word gives to patches and "nothing here", is divided. A word that gives the picture no weight at all has
// an even map: it prefers no patch.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "attnviz/core/attention_maps.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/downsampler.hpp"
#include "attnviz/fusion/layers.hpp"
#include "attnviz/fusion/tokens.hpp"

namespace attnviz::fusion {

class ViewKeys;  // src/fusion/view_keys.hpp

struct Fused {
  Matrix words;                     // [num_words, dim]
  std::vector<AttentionMaps> maps;  // one a view
};

// What every strategy may have.
struct StrategyParts {
  SpatialDownsampler pool{};            // as it is: patches stay as they are
  Matrix nothing{};                     // [1, dim], or empty: no such token
  std::optional<LayerNorm> norm_out{};  // of the fused words
};

// Immutable after construction; calls from several threads are safe.
class FusionStrategy {
public:
  virtual ~FusionStrategy() = default;

  virtual std::string type() const = 0;  // as the configuration names it: "cross"
  virtual std::size_t num_layers() const = 0;
  virtual std::size_t num_heads() const = 0;
  std::size_t dim() const { return dim_; }
  virtual bool takes_several_views() const { return false; }

  // Throws Error (model) for shapes that do not fit, no words, several views where one is taken, NaN or infinity; the
  // message names the tensor and both shapes.
  Fused run(ConstMatrixView words, std::span<const VisualTokens> views) const;
  Fused run(ConstMatrixView words, const VisualTokens& view) const { return run(words, std::span(&view, 1)); }

protected:
  // Parts of another width: std::logic_error.
  FusionStrategy(std::size_t dim, StrategyParts parts);

private:
  // Returns the fused words and fills `maps`, one of the right shape for each view.
  virtual Matrix fuse(ConstMatrixView words, std::span<const ViewKeys> views, std::span<AttentionMaps> maps) const = 0;

  [[noreturn]] void refuse(const std::string& tensor, const std::string& what, const std::string& hint = "") const;
  void check_finite(const std::string& tensor, ConstMatrixView x) const;
  void check_shapes(ConstMatrixView words, std::span<const VisualTokens> views) const;

  std::size_t dim_;
  StrategyParts parts_;
};

}  // namespace attnviz::fusion
