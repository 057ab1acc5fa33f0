// Builds a model's fusion strategy from its configuration and weights (training/FORMAT.md, "Fusion").
#pragma once

#include <cstddef>
#include <memory>

#include "attnviz/fusion/strategy.hpp"
#include "model/fusion_config.hpp"
#include "model/weights.hpp"

namespace attnviz::model {

// Reads "fusion.*". Throws Error (model), naming the tensor and both shapes where they differ.
std::unique_ptr<fusion::FusionStrategy> read_strategy(const FusionConfig& config, std::size_t dim,
                                                      const Weights& weights);

}  // namespace attnviz::model
