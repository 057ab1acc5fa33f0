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
  std::vector<float> heat;            // [num_patches], sums to 1 over the patches with content, zero elsewhere
  double entropy = 0;                 // of `heat`, 0 (one patch) to 1 (uniform over the patches with content)
  std::optional<double> nothing;      // share of the "nothing here" slot, set aside before `heat` was normalised
  double sink = 0;                    // share of the weight that lies on flagged sink patches
  std::vector<TopPatch> top;          // highest first; ties: lowest index
  std::optional<double> agreement{};  // how much the maps of the shown heads overlap, 0..1; empty: one head alone
};

// Which word a patch belongs to: the words' weights read the other way.
struct PatchReading {
  int word = -1;        // that gives the patch the highest weight; ties: the first; -1: none gives it more than a trace
  double share = 0;     // its part of all that words give the patch
  double strength = 0;  // its weight here beside its highest anywhere, times what it gives to the image at all: 0..1
};

// The predicted place of the action, in pixels of the original image.
struct Target {
  Point point;
  Box box;
  double score = 0;  // 0..1
  double rival = 0;  // score of the best place a patch or more outside of the box
};

struct Warning {
  std::string code;  // stable, for programs: "unknown-word", "no-font", ...
  std::string message;
  std::optional<std::size_t> word;
  std::string detail;  // what the message adds to its code in figures or names, for other languages; may be empty
};

// Which layer or head of the maps is shown.
struct ViewChoice {
  std::string layer = "last";  // an index, "last", "mean" or "rollout"
  std::string head = "mean";   // an index, "mean" or "max"
  bool relative = false;       // to the mean over the words
};

// From where on a reader is warned. Each model has its own: they are measured, not guessed.
struct Honesty {
  double nothing = 0.5;  // above this share of "nothing here" a word names nothing in the image
  double diffuse = 0.9;  // above this entropy a map has no focus
  double heads = 0.3;    // below this overlap of their maps, 0..1, heads look at different things
  double target = 0.1;   // below this score the target is singled out by nothing
  double rival = 0.7;    // above this share of its score another place does as well as the target
};

struct ModelFacts {
  std::string name, fusion, signal = "cross-attention";
  std::size_t num_layers = 0, num_heads = 0, model_dim = 0;
  int patch_px = 0;
  std::string encoders{};          // the model whose encoders it uses; empty: its own
  std::size_t num_parameters = 0;  // of all that it runs, encoders too
};

// One camera's image: attended on its own.
struct ViewReading {
  std::string image_path;
  PatchGrid grid;
  std::vector<WordReading> readings;       // one a word
  std::vector<PatchReading> patches{};     // [num_patches]; empty: not asked for
  std::vector<std::string> heatmap_files;  // one a word, relative to the output folder; empty: none written
};

struct Report {
  std::string instruction;
  ModelFacts model;
  ViewChoice shown;
  std::string scale = "word";  // "word": each map on its own scale; "shared": one scale for all
  Words words;
  std::vector<ViewReading> views{1};  // one a camera, the main image first
  std::optional<Target> target;       // in the main image
  std::vector<Warning> warnings;
  StageTimes timing;

  ViewReading& main_view() { return views.front(); }
  const ViewReading& main_view() const { return views.front(); }
};

}  // namespace attnviz
