#include "attnviz/fusion/strategy.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "attnviz/core/error.hpp"
#include "fusion/view_keys.hpp"

namespace attnviz::fusion {
namespace {

std::string shape(ConstMatrixView x) {
  return "shape [" + std::to_string(x.rows()) + ", " + std::to_string(x.cols()) + "]";
}

// By the bits, which the compiler turns into vector code: this looks at every patch of every call.
bool all_finite(ConstMatrixView x) {
  constexpr std::uint32_t kMagnitude = 0x7fffffff, kInfinity = 0x7f800000;
  std::uint32_t largest = 0;
  for (std::size_t r = 0; r < x.rows(); ++r) {
    for (const float value : x.row(r)) largest = std::max(largest, std::bit_cast<std::uint32_t>(value) & kMagnitude);
  }
  return largest < kInfinity;
}

}  // namespace

FusionStrategy::FusionStrategy(std::size_t dim, StrategyParts parts) : dim_(dim), parts_(std::move(parts)) {
  const bool fits_nothing = parts_.nothing.empty() || (parts_.nothing.rows() == 1 && parts_.nothing.cols() == dim);
  if (!fits_nothing || (parts_.norm_out && parts_.norm_out->dim() != dim)) {
    throw std::logic_error("FusionStrategy: parts do not fit a width of " + std::to_string(dim));
  }
}

void FusionStrategy::refuse(const std::string& tensor, const std::string& what, const std::string& hint) const {
  throw Error(ErrorCode::model, "fusion '" + type() + "'", tensor + ": " + what, hint);
}

void FusionStrategy::check_shapes(ConstMatrixView words, std::span<const VisualTokens> views) const {
  if (words.rows() == 0 || words.cols() != dim_) {
    refuse("words", shape(words) + " does not fit the model's [1 or more, " + std::to_string(dim_) + "]");
  }
  if (views.empty() || (views.size() > 1 && !takes_several_views())) {
    refuse("views", std::to_string(views.size()) + " given where 1 is taken",
           views.empty() ? "" : "a model of type 'multi-view' takes several");
  }
  for (std::size_t i = 0; i < views.size(); ++i) {
    const VisualTokens& view = views[i];
    const std::string name = "patches of view " + std::to_string(i);
    if (view.patches.rows() == 0 || view.patches.cols() != dim_) {
      refuse(name, shape(view.patches) + " does not fit the words' " + shape(words));
    }
    if (view.patches.rows() != view.grid_rows * view.grid_cols) {
      refuse(name, shape(view.patches) + " does not fit a grid of [" + std::to_string(view.grid_rows) + ", " +
                       std::to_string(view.grid_cols) + "]");
    }
    if (!view.mask.empty() && view.mask.size() != view.patches.rows()) {
      refuse("mask of view " + std::to_string(i),
             "shape [" + std::to_string(view.mask.size()) + "] does not fit the patches' " + shape(view.patches));
    }
  }
}

Fused FusionStrategy::run(ConstMatrixView words, std::span<const VisualTokens> views) const {
  check_shapes(words, views);
  if (!all_finite(words)) refuse("words", "NaN or infinity among them");
  std::vector<ViewKeys> keys;
  Fused fused;
  for (const VisualTokens& view : views) {
    keys.emplace_back(view, parts_);
    if (!all_finite(keys.back().keys().tokens)) {
      refuse("patches of view " + std::to_string(keys.size() - 1), "NaN or infinity among them");
    }
    fused.maps.emplace_back(num_layers(), num_heads(), words.rows(), view.patches.rows(), !parts_.nothing.empty());
  }
  fused.words = fuse(words, keys, fused.maps);
  if (parts_.norm_out) parts_.norm_out->apply(fused.words);
  return fused;
}

}  // namespace attnviz::fusion
