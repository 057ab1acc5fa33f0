// What every strategy leaves behind: maps that are distributions over the patches with content, whatever the shapes.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "attnviz/core/error.hpp"
#include "attnviz/core/parallel.hpp"
#include "attnviz/fusion/strategies.hpp"
#include "support/fixture.hpp"
#include "support/fusion_layers.hpp"
#include "support/random_strategy.hpp"

using namespace attnviz;
using namespace attnviz::fusion;
using nlohmann::json;
using test::kDim, test::kHeads, test::kHidden;

namespace {

// One view with its own memory: padding right and below, where there is room for it.
struct View {
  Matrix patches;
  std::size_t rows, cols;
  std::vector<std::uint8_t> mask;

  View(std::size_t grid_rows, std::size_t grid_cols, unsigned seed = 7, std::size_t dim = kDim)
      : patches(test::random_matrix(grid_rows * grid_cols, dim, seed)), rows(grid_rows), cols(grid_cols) {
    for (std::size_t p = 0; p < rows * cols; ++p) {
      const bool padding = (cols > 2 && p % cols == cols - 1) || (rows > 2 && p / cols == rows - 1);
      mask.push_back(padding ? 0 : 1);
    }
  }
  VisualTokens tokens() const { return {patches, rows, cols, mask}; }
};

// Every type, alone and with all that it may be combined with.
std::vector<json> all_configs() {
  std::vector<json> configs;
  for (const json& least : test::fusion_configs(kHeads, kHidden)) {
    const auto with = [&](const json& more) {
      configs.push_back(least);
      configs.back().merge_patch(more);
    };
    with(json::object());
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

void check_maps(const AttentionMaps& maps, const View& view) {
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

bool same(const Fused& a, const Fused& b) {
  return test::max_difference(a.words, b.words) == 0 && a.maps[0].weights == b.maps[0].weights &&
         a.maps[0].nothing == b.maps[0].nothing;
}

std::string error_of(const FusionStrategy& strategy, const Matrix& words, const std::vector<VisualTokens>& views) {
  try {
    strategy.run(words, views);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::model);
    return error.what();
  }
  return "no error";
}

void check_mentions(const std::string& message, std::initializer_list<const char*> parts) {
  for (const std::string part : parts) {
    CAPTURE(message);
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("rows of the maps and \"nothing here\" sum to 1, padding has none, on grids of any shape") {
  for (const json& config : all_configs()) {
    CAPTURE(config.dump());
    const auto strategy = test::random_strategy(config, kDim);
    for (const auto& [rows, cols] : {std::pair{1, 1}, {1, 7}, {5, 3}, {4, 6}}) {
      const View view(static_cast<std::size_t>(rows), static_cast<std::size_t>(cols));
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
        check_maps(fused.maps[0], view);
      }
    }
  }
}

TEST_CASE("the same numbers on every run and any number of threads") {
  set_num_threads(4);
  const View view(9, 11);
  const Matrix words = test::random_matrix(5, kDim, 3);
  for (const json& config : all_configs()) {
    CAPTURE(config.dump());
    const auto strategy = test::random_strategy(config, kDim);
    const Fused first = strategy->run(words, view.tokens());
    CHECK(same(first, strategy->run(words, view.tokens())));
    std::vector<Fused> alone(2);  // inside a parallel call there is one thread
    parallel_for(2, [&](std::size_t i) { alone[i] = strategy->run(words, view.tokens()); });
    CHECK(same(first, alone[0]));
    CHECK(same(first, alone[1]));
  }
}

TEST_CASE("what padding holds has no influence") {
  View view(5, 4);
  const Matrix words = test::random_matrix(3, kDim, 3);
  for (const json& config : all_configs()) {
    CAPTURE(config.dump());
    const auto strategy = test::random_strategy(config, kDim);
    const Fused before = strategy->run(words, view.tokens());
    View changed = view;
    for (std::size_t p = 0; p < changed.mask.size(); ++p) {
      if (changed.mask[p] != 0) continue;
      for (float& value : changed.patches.row(p)) value = 1e3f;
    }
    CHECK(same(before, strategy->run(words, changed.tokens())));
  }
}

TEST_CASE("with every patch masked all goes to \"nothing here\"") {
  View view(2, 3);
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
  const View view(3, 3, 7, 4);
  const Fused fused = strategy->run(test::random_matrix(2, 4, 3), view.tokens());
  for (std::size_t p = 0; p < 9; ++p) {
    CHECK(fused.maps[0].row(0, 0, 1)[p] == doctest::Approx(view.mask[p] != 0 ? 0.25 : 0.0));
  }
}

TEST_CASE("\"concat\" has one map for all words") {
  const View view(3, 4);
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
  CHECK(test::max_difference(gated.run(words, View(3, 3).tokens()).words, words) == 0);
}

TEST_CASE("several views: one type takes them, the others say so") {
  const View a(3, 4, 7), b(2, 2, 8);
  const std::vector<VisualTokens> views{a.tokens(), b.tokens()};
  const Matrix words = test::random_matrix(2, kDim, 3);
  for (const json& config : test::fusion_configs(kHeads, kHidden)) {
    const auto strategy = test::random_strategy(config, kDim);
    CAPTURE(strategy->type());
    if (strategy->type() == "multi-view") {
      const Fused fused = strategy->run(words, views);
      REQUIRE(fused.maps.size() == 2);
      check_maps(fused.maps[0], a);
      check_maps(fused.maps[1], b);
    } else {
      check_mentions(error_of(*strategy, words, views), {strategy->type().c_str(), "2 given where 1", "multi-view"});
    }
    check_mentions(error_of(*strategy, words, {}), {"views", "0 given"});
  }
}

TEST_CASE("one view through \"multi-view\" is \"cross\"") {
  const auto configs = test::fusion_configs(kHeads, kHidden);
  const Matrix words = test::random_matrix(2, kDim, 3);
  const View view(3, 4);
  CHECK(same(test::random_strategy(configs[1], kDim)->run(words, view.tokens()),
             test::random_strategy(configs[6], kDim)->run(words, view.tokens())));
}

TEST_CASE("shapes that do not fit are errors that name the tensor and both shapes") {
  const Matrix words = test::random_matrix(3, kDim, 3);
  const View view(2, 3), narrow(2, 3, 7, 8);
  for (const json& config : test::fusion_configs(kHeads, kHidden)) {
    const auto strategy = test::random_strategy(config, kDim);
    CAPTURE(strategy->type());
    check_mentions(error_of(*strategy, Matrix(0, kDim), {view.tokens()}), {"words", "[0, 12]"});
    check_mentions(error_of(*strategy, Matrix(3, 8), {view.tokens()}), {"words", "[3, 8]", "12]"});
    check_mentions(error_of(*strategy, words, {narrow.tokens()}), {"view 0", "[6, 8]", "[3, 12]"});
    check_mentions(error_of(*strategy, words, {VisualTokens{}}), {"view 0", "[0, 0]"});
    VisualTokens other = view.tokens();
    other.grid_cols = 4;
    check_mentions(error_of(*strategy, words, {other}), {"view 0", "[6, 12]", "[2, 4]"});
    other = view.tokens();
    other.mask = other.mask.first(5);
    check_mentions(error_of(*strategy, words, {other}), {"mask", "[5]", "[6, 12]"});
  }
  const auto multi = test::random_strategy(test::fusion_configs(kHeads, kHidden)[6], kDim);
  check_mentions(error_of(*multi, words, {view.tokens(), narrow.tokens()}), {"view 1", "[6, 8]", "[3, 12]"});
}

TEST_CASE("NaN and infinity in words or patches are errors; in padding they do not matter") {
  for (const float bad : {NAN, -INFINITY}) {
    for (const json& config : all_configs()) {
      CAPTURE(config.dump());
      const auto strategy = test::random_strategy(config, kDim);
      Matrix words = test::random_matrix(3, kDim, 3);
      View view(2, 3);  // the last column is padding
      words(1, 4) = bad;
      check_mentions(error_of(*strategy, words, {view.tokens()}), {"words", "NaN or infinity"});
      words(1, 4) = 0;
      view.patches(2, 5) = bad;
      CHECK(error_of(*strategy, words, {view.tokens()}) == "no error");
      view.patches(3, 5) = bad;
      check_mentions(error_of(*strategy, words, {view.tokens()}), {"patches of view 0", "NaN or infinity"});
    }
  }
}
