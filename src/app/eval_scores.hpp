// The target words of one item of an evaluation: where their maps lie, and what that scores.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/analysis/metrics.hpp"
#include "attnviz/core/evaluation.hpp"

namespace attnviz::app {

struct TargetMap {
  const EvalTarget* target;
  std::size_t begin;  // byte of the instruction
  analysis::Region region;
  std::vector<double> coverage;   // [num_patches]
  std::vector<float> heat;        // [num_patches]
  std::optional<bool> control{};  // whether another word's map points into the region
};

// The mean map of the words whose bytes [begin, end) covers; empty where it covers none. `maps`: one a word.
std::vector<float> heat_between(const Words& words, const std::vector<std::vector<float>>& maps, std::size_t begin,
                                std::size_t end);

// One target of the item. `heat_at`: its map, by the byte at which it begins. Empty where it cannot be scored: the
// reason is added to `skipped`. Throws Error (input) for a mask that cannot be read.
std::optional<TargetMap> map_target(const EvalItem& item, std::size_t index, const Words& words, const PatchGrid& grid,
                                    const std::function<std::vector<float>(std::size_t)>& heat_at,
                                    std::vector<SkippedItem>& skipped);

// Adds the figures of all targets of an item, to their kinds and to "all".
void add_scores(const std::vector<TargetMap>& targets, const PatchGrid& grid, std::map<std::string, KindScores>& kinds);

}  // namespace attnviz::app
