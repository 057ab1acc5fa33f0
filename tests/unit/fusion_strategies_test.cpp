// What every strategy leaves behind: maps that are distributions over the patches with content, whatever the shapes.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "attnviz/fusion/strategies.hpp"
#include "support/fusion_views.hpp"

using namespace attnviz;
using namespace attnviz::fusion;
using nlohmann::json;
using test::kDim, test::kHeads, test::kHidden;

TEST_CASE("rows of the maps and \"nothing here\" sum to 1, padding has none, on grids of any shape") {
  for (const json& config : test::all_configs()) {
    CAPTURE(config.dump());
    const auto strategy = test::random_strategy(config, kDim);
    for (const auto& [rows, cols] : {std::pair{1, 1}, {1, 7}, {5, 3}, {4, 6}}) {
      const test::View view(static_cast<std::size_t>(rows), static_cast<std::size_t>(cols));
      for (const std::size_t num_words : {1u, 3u}) {
        const Fused fused = strategy->run(test::random_matrix(num_words, kDim, 3), view.tokens());
        CHECK(fused.words.rows() == num_words);
        CHECK(fused.words.cols() == kDim);
        REQUIRE(fused.maps.size() == 1);
        CHECK(fused.maps[0].num_layers == strategy->num_layers());
        CHECK(fused.maps[0].num_heads == strategy->num_heads());
        CHECK(fused.maps[0].num_words == num_words);
        CHECK(fused.maps[0].num_patches == view.patches.rows());
        CHECK(fused.maps[0].nothing.empty() == !config.value("nothing", true));
        test::check_maps(fused.maps[0], view);
      }
    }
  }
}

TEST_CASE("what padding holds has no influence") {
  test::View view(5, 4);
  const Matrix words = test::random_matrix(3, kDim, 3);
  for (const json& config : test::all_configs()) {
    CAPTURE(config.dump());
    const auto strategy = test::random_strategy(config, kDim);
    const Fused before = strategy->run(words, view.tokens());
    test::View changed = view;
    for (std::size_t p = 0; p < changed.mask.size(); ++p) {
      if (changed.mask[p] != 0) continue;
      for (float& value : changed.patches.row(p)) value = 1e3f;
    }
    CHECK(test::same(before, strategy->run(words, changed.tokens())));
  }
}

TEST_CASE("with every patch masked all goes to \"nothing here\"") {
  test::View view(2, 3);
  view.mask.assign(6, 0);
  for (const json& config : test::fusion_configs(kHeads, kHidden)) {
    if (config["type"] == "perceiver" || config["type"] == "gated") continue;  // latents have nothing to read
    CAPTURE(config.dump());
    const Fused fused = test::random_strategy(config, kDim)->run(test::random_matrix(2, kDim, 1), view.tokens());
    for (const float share : fused.maps[0].nothing) CHECK(share == doctest::Approx(1.0));
    for (const float weight : fused.maps[0].weights) CHECK(weight == 0.0f);
  }
}

TEST_CASE("a word that gives the picture no weight has an even map") {
  // The types of a single stream: words find words alone, by far.
  const json config = {{"type", "single-stream"}, {"layers", 1}, {"heads", 1}, {"ffn", 4}, {"nothing", false}};
  test::ModelFile file = test::random_fusion_file(config, 4);
  for (std::size_t i = 0; i < 8; ++i) file.set("fusion.types", i, i == 0 ? 1e3f : i == 4 ? -1e3f : 0.0f);
  for (const char* part : {"query", "key"}) {
    for (std::size_t i = 0; i < 16; ++i) {
      file.set(std::string("fusion.layers.0.attention.") + part + ".weight", i, i % 5 == 0 ? 1.0f : 0.0f);
    }
  }
  const auto strategy = test::read_strategy(file, config, 4);
  const test::View view(3, 3, 7, 4);
  const Fused fused = strategy->run(test::random_matrix(2, 4, 3), view.tokens());
  for (std::size_t p = 0; p < 9; ++p) {
    CHECK(fused.maps[0].row(0, 0, 1)[p] == doctest::Approx(view.mask[p] != 0 ? 0.25 : 0.0));
  }
}

TEST_CASE("\"concat\" has one map for all words") {
  const test::View view(3, 4);
  const auto strategy = test::random_strategy(test::fusion_configs(kHeads, kHidden)[0], kDim);
  const Fused fused = strategy->run(test::random_matrix(3, kDim, 3), view.tokens());
  CHECK(test::max_difference(fused.maps[0].row(0, 0, 0), fused.maps[0].row(0, 0, 2)) == 0);
  CHECK(fused.maps[0].row(0, 0, 0)[0] != fused.maps[0].row(0, 0, 0)[1]);
}

TEST_CASE("\"gated\" with closed gates leaves the words as they are") {
  const Matrix latents = test::random_matrix(3, kDim, 1), words = test::random_matrix(2, kDim, 2);
  const auto closed = [](unsigned seed) {
    return CrossModalTransformerBlock(
        {test::random_attention(seed), Residual(NormOrder::pre, test::plain_norm(), 0), "a"},
        {test::random_ffn(seed), Residual(NormOrder::pre, test::plain_norm(), 0), "f"}, "b");
  };
  std::vector<CrossModalTransformerBlock> blocks;
  blocks.push_back(closed(1));
  const GatedFusion gated(PerceiverResampler(latents, test::random_block(50), {}, std::nullopt),
                          CrossModalFusionNetwork(std::move(blocks)), {});
  CHECK(test::max_difference(gated.run(words, test::View(3, 3).tokens()).words, words) == 0);
}

TEST_CASE("one view through \"multi-view\" is \"cross\"") {
  const auto configs = test::fusion_configs(kHeads, kHidden);
  const Matrix words = test::random_matrix(2, kDim, 3);
  const test::View view(3, 4);
  CHECK(test::same(test::random_strategy(configs[1], kDim)->run(words, view.tokens()),
                   test::random_strategy(configs[6], kDim)->run(words, view.tokens())));
}
