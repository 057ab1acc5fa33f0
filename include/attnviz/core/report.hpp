// Everything that one job found out: the noun that `analysis` fills, `render` draws and `report` writes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/patch_grid.hpp"
#include "attnviz/core/timing.hpp"
#include "attnviz/core/words.hpp"

namespace attnviz {

struct TopPatch {
  int rank = 0;  // from 1
  int patch = 0, row = 0, col = 0;
  double weight = 0, cumulative = 0;
  Box box;  // pixels of the original image
};

// What one word looks at.
struct WordReading {
  std::vector<float> heat;        // [num_patches], sums to 1 over the patches with content, zero elsewhere
  double entropy = 0;             // of `heat`, 0 (one patch) to 1 (uniform over the patches with content)
  std::optional<double> nothing;  // share of the "nothing here" slot, set aside before `heat` was normalised
  double sink = 0;                // share of the weight that lies on flagged sink patches
  std::vector<TopPatch> top;      // highest first; ties: lowest index
};

// The predicted place of the action, in pixels of the original image.
struct Target {
  Point point;
  Box box;
  double score = 0;  // 0..1
};

struct Warning {
  std::string code;  // stable, for programs: "unknown-word", "no-font", ...
  std::string message;
  std::optional<std::size_t> word;
};

// Which layer or head of the maps is shown.
struct ViewChoice {
  std::string layer = "last";  // an index, "last" or "mean"
  std::string head = "mean";   // an index, "mean" or "max"
};

struct ModelFacts {
  std::string name, fusion, signal = "cross-attention";
  std::size_t num_layers = 0, num_heads = 0, model_dim = 0;
  int patch_px = 0;
};

struct Report {
  std::string image_path, instruction;
  ModelFacts model;
  PatchGrid grid;
  ViewChoice shown;
  std::string scale = "word";  // "word": each map on its own scale; "shared": one scale for all
  Words words;
  std::vector<WordReading> readings;  // one a word
  std::optional<Target> target;
  std::vector<Warning> warnings;
  std::vector<std::string> heatmap_files;  // one a word, relative to the output folder; empty: none written
  StageTimes timing;
};

}  // namespace attnviz
