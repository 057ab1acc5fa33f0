// How the maps of two reports, A and B, differ: the noun that `analysis` fills and `report` writes. Places are in
// pixels of the original image, of which both reports have the same size.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "attnviz/core/patch_grid.hpp"

namespace attnviz {

// A patch in one report's map of a word. Rank 1 is the highest; ties: lowest index. A patch without weight has no rank,
// and where only the listed patches are known, one that is not listed has neither.
struct Standing {
  std::optional<double> weight;
  std::optional<int> rank;
};

// A patch among the listed ones of A or of B.
struct RankChange {
  int patch = 0;
  Standing a, b;
};

// The best patch of a word.
struct MapPeak {
  int patch = 0;  // of its report's own grid
  Point centre;
  double weight = 0;
  std::optional<int> rank_in_other;  // of the same grid
};

// Where weight was lost, or gained.
struct ShiftedWeight {
  Point centre;   // weighted mean
  Box strongest;  // the cell that lost or gained most
};

struct Movement {
  double share = 0;  // of the word's weight, 0..1
  ShiftedWeight lost, gained;
  double distance = 0;  // between both centres
};

// One word in one view.
struct MapComparison {
  bool whole = true;  // false: a report has no map of it, and only the listed patches are compared
  // Sum over the cells of the common grid of min(a, b), 0..1. Of listed patches: what both have in common at least;
  // empty where their grids differ.
  std::optional<double> overlap;
  MapPeak a, b;
  double distance = 0;            // between the peaks' centres
  std::optional<Movement> moved;  // empty where nothing did, or whole maps are not known
  std::vector<RankChange> ranks;  // A's listed patches, then those that only B lists; of the same grid
};

struct ViewComparison {
  PatchGrid grid;  // the common one: the coarser of both
  bool same_grid = true;
  std::vector<MapComparison> words;  // one a pair
};

// Two words of one text: the n-th occurrence in A and the n-th in B.
struct WordPair {
  std::size_t a = 0, b = 0;  // indices into the reports' words
};

struct WordPairing {
  std::vector<WordPair> pairs;              // as in A
  std::vector<std::size_t> only_a, only_b;  // words without a partner
};

// Of two targets.
struct TargetComparison {
  double distance = 0;  // between the points
  double iou = 0;       // of the boxes
};

struct ReportComparison {
  WordPairing words;
  std::vector<ViewComparison> views;       // those that both have, the main image first
  std::optional<TargetComparison> target;  // where both have one
};

}  // namespace attnviz
