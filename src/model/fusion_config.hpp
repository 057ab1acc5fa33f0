// "fusion" of a model's configuration: which strategy, and what it is made of (training/FORMAT.md, "Fusion").
#pragma once

#include <cstddef>
#include <string>

#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/fusion/sublayers.hpp"
#include "model/config_section.hpp"

namespace attnviz::model {

struct FusionConfig : TransformerConfig {
  std::string type;
  fusion::NormOrder norm = fusion::NormOrder::post;
  attention::AttentionKind attention;
  bool nothing = true;          // whether there is a "nothing here" token
  std::size_t pool_factor = 1;  // 1: patches stay as they are
  bool pool_learned = false;
  std::size_t latents = 0, latent_layers = 0;  // perceiver, gated
  bool joins = false;                          // co: Concat, not the sum
};

// Throws Error (model) for what the program cannot run and for keys that mean nothing to the type.
FusionConfig parse_fusion(const Section& section, std::size_t dim);

}  // namespace attnviz::model
