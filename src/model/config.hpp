// A model's configuration, as "config" in the model file has it (training/FORMAT.md).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/patch_grid.hpp"
#include "attnviz/core/report.hpp"
#include "attnviz/core/words.hpp"
#include "model/fusion_config.hpp"

namespace attnviz::model {

// One inverted residual of the trunk.
struct BlockConfig {
  std::size_t kernel = 3, stride = 1, expand_ratio = 1, out_channels = 0;
};

struct VisionConfig {
  int patch_px = 16;
  PatchRange patches;
  std::array<float, 3> mean{}, std{};  // of pixels in 0..255
  std::size_t stem = 0, head = 0;      // channels
  std::vector<BlockConfig> blocks;
  std::size_t mixers = 0;  // layers between neighbouring patch tokens
};

// The encoders of another model, which a file may use instead of its own.
struct SharedEncoders {
  std::string model;  // the name under which it is found
  std::string id;     // that model's own: other encoders would not fit
};

struct ModelConfig {
  std::string name;
  std::string id;                          // of the encoders, for models that share them; may be empty
  std::optional<SharedEncoders> encoders;  // where there are: vision, text, max_words and apart say nothing
  VisionConfig vision;
  std::size_t dim = 0, max_words = 0;
  TransformerConfig text;
  FusionConfig fusion;
  std::vector<WordKind> apart;  // kinds of words that attend to no other word
  ViewChoice view;
  Honesty honesty;
};

// Checks every value against what the program can run and against limits, so that nothing absurd is allocated.
// Throws Error (model), where = `where`; the message names the key.
ModelConfig parse_config(const std::string& json_text, const std::string& where);

}  // namespace attnviz::model
