// Views of a picture with padding, every configuration that a fusion strategy may have, and what holds for all maps.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "attnviz/fusion/strategy.hpp"
#include "support/fixture.hpp"
#include "support/fusion_layers.hpp"
#include "support/random_strategy.hpp"

namespace attnviz::test {

// One view with its own memory: padding right and below, where there is room for it.
struct View {
  Matrix patches;
  std::size_t rows, cols;
  std::vector<std::uint8_t> mask;

  View(std::size_t grid_rows, std::size_t grid_cols, unsigned seed = 7, std::size_t dim = kDim)
      : patches(random_matrix(grid_rows * grid_cols, dim, seed)), rows(grid_rows), cols(grid_cols) {
    for (std::size_t p = 0; p < rows * cols; ++p) {
      const bool padding = (cols > 2 && p % cols == cols - 1) || (rows > 2 && p / cols == rows - 1);
      mask.push_back(padding ? 0 : 1);
    }
  }
  fusion::VisualTokens tokens() const { return {patches, rows, cols, mask}; }
};

// Every type, alone and with all that it may be combined with.
inline std::vector<nlohmann::json> all_configs() {
  std::vector<nlohmann::json> configs;
  for (const nlohmann::json& least : fusion_configs(kHeads, kHidden)) {
    const auto with = [&](const nlohmann::json& more) {
      configs.push_back(least);
      configs.back().merge_patch(more);
    };
    with(nlohmann::json::object());
    with({{"nothing", false}});
    with({{"pool", {{"kind", "average"}}}});
    with({{"pool", {{"kind", "learned"}, {"factor", 3}}}});
    if (least["type"] == "concat") continue;
    with({{"norm", "pre"}, {"layers", 2}});
    with({{"attention", {{"kind", "top_k"}, {"top_k", 2}}}});
    with({{"attention", {{"kind", "linear"}}}});
    if (least["type"] == "co") with({{"norm", "none"}, {"ffn", 0}, {"fused", "sum"}});
    if (least.contains("latents")) with({{"latent_layers", 0}});
  }
  return configs;
}

inline void check_maps(const AttentionMaps& maps, const View& view) {
  for (std::size_t r = 0; r < maps.num_layers * maps.num_heads * maps.num_words; ++r) {
    const std::span row = std::span(maps.weights).subspan(r * maps.num_patches, maps.num_patches);
    double sum = maps.nothing.empty() ? 0.0 : maps.nothing[r];
    bool sound = sum >= 0;
    for (std::size_t p = 0; p < row.size(); ++p) {
      sum += row[p];
      sound = sound && row[p] >= 0 && (view.mask[p] != 0 || row[p] == 0);
    }
    CHECK(sound);
    CHECK(std::fabs(sum - 1) <= 1e-5);
  }
}

inline bool same(const fusion::Fused& a, const fusion::Fused& b) {
  return max_difference(a.words, b.words) == 0 && a.maps[0].weights == b.maps[0].weights &&
         a.maps[0].nothing == b.maps[0].nothing;
}

}  // namespace attnviz::test
