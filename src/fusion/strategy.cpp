#include "attnviz/fusion/strategy.hpp"

#include <stdexcept>
#include <utility>

#include "attnviz/core/error.hpp"
#include "attnviz/core/tensor_check.hpp"
#include "fusion/view_keys.hpp"

namespace attnviz::fusion {
namespace {

std::string shape(ConstMatrixView x) { return "shape " + shape_text(x.rows(), x.cols()); }

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

void FusionStrategy::check_finite(const std::string& tensor, ConstMatrixView x) const {
  const std::string found = find_not_finite(x);
  if (!found.empty()) refuse(tensor, found);
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
  check_finite("words", words);
  std::vector<ViewKeys> keys;
  Fused fused;
  for (const VisualTokens& view : views) {
    keys.emplace_back(view, parts_);
    check_finite("patches of view " + std::to_string(keys.size() - 1), keys.back().keys().tokens);
    fused.maps.emplace_back(num_layers(), num_heads(), words.rows(), view.patches.rows(), !parts_.nothing.empty());
  }
  fused.words = fuse(words, keys, fused.maps);
  if (parts_.norm_out) parts_.norm_out->apply(fused.words);
  return fused;
}

}  // namespace attnviz::fusion
