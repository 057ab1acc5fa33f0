// Every fusion strategy, from its configuration and tensors to fused words and maps, against PyTorch
// (make_strategy_fixtures.py): maps within 1e-6, outputs within 1e-5 of their norm.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "arrays/limited_json.hpp"
#include "attnviz/fusion/cross_modal.hpp"
#include "model/strategies.hpp"
#include "support/fixture.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::fusion;

namespace {

constexpr double kMapTolerance = 1e-6, kOutputTolerance = 1e-5;

arrays::SafeTensors open(const std::string& file) {
  return arrays::SafeTensors::open(std::string(ATTNVIZ_TEST_DATA) + "/reference/data/" + file);
}

// Norm of the difference over the norm of what is expected; infinite where shapes differ.
double relative_difference(const Matrix& got, const Matrix& want) {
  if (got.rows() != want.rows() || got.cols() != want.cols()) return INFINITY;
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < want.rows() * want.cols(); ++i) {
    difference += std::pow(static_cast<double>(got.data()[i]) - want.data()[i], 2);
    norm += std::pow(static_cast<double>(want.data()[i]), 2);
  }
  return std::sqrt(difference / norm);
}

// The views of a fixture, which must outlive the tokens.
struct Views {
  std::vector<Matrix> patches;
  std::vector<std::vector<std::uint8_t>> masks;
  std::vector<VisualTokens> tokens;

  Views(const test::Fixture& fixture, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      patches.push_back(fixture.matrix("in.view" + std::to_string(i)));
      masks.push_back(fixture.values<std::uint8_t>("in.mask" + std::to_string(i)));
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::vector<std::size_t> shape = fixture.shape("in.view" + std::to_string(i));
      tokens.push_back({patches[i], shape.at(0), shape.at(1), masks[i]});
    }
  }
};

void check_case(const std::string& name, std::size_t num_views) {
  CAPTURE(name);
  const arrays::SafeTensors file = open("strategies_" + name + ".safetensors");
  const test::Fixture fixture("strategies_" + name + ".safetensors");
  const nlohmann::json json = arrays::parse_json(file.metadata("fusion"), {file.name()}, "the config");
  const Matrix words = fixture.matrix("in.words");
  const model::FusionConfig config = model::parse_fusion(model::Section(json, "fusion", file.name()), words.cols());
  const auto strategy = model::read_strategy(config, words.cols(), model::Weights(file));
  CHECK(strategy->type() == json.at("type"));

  const Views views(fixture, num_views);
  const Fused fused = strategy->run(words, views.tokens);
  CHECK(relative_difference(fused.words, fixture.matrix("out.words")) <= kOutputTolerance);
  REQUIRE(fused.maps.size() == num_views);
  for (std::size_t i = 0; i < num_views; ++i) {
    const std::vector<std::size_t> shape{fused.maps[i].num_layers, fused.maps[i].num_heads, fused.maps[i].num_words,
                                         fused.maps[i].num_patches};
    CHECK(shape == fixture.shape("out.maps" + std::to_string(i)));
    CHECK(test::max_difference(fused.maps[i].weights, fixture.values<float>("out.maps" + std::to_string(i))) <=
          kMapTolerance);
    const std::string nothing = "out.nothing" + std::to_string(i);
    const bool has_nothing = fixture.shape(nothing).back() == 1;
    CHECK(fused.maps[i].nothing.empty() == !has_nothing);
    if (has_nothing) {
      CHECK(test::max_difference(fused.maps[i].nothing, fixture.values<float>(nothing)) <= kMapTolerance);
    }
  }
}

}  // namespace

TEST_CASE("every strategy agrees with PyTorch") {
  for (const char* name :
       {"cross_post", "cross_pre", "cross_bare", "cross_pool_average", "cross_pool_learned", "cross_top_k",
        "cross_linear", "co_concat", "co_pre", "co_sum_bare", "perceiver_post", "perceiver_pre", "gated_pre",
        "gated_post", "single_stream_post", "single_stream_pre", "concat", "concat_pool"}) {
    check_case(name, 1);
  }
}

TEST_CASE("several views: the mean over them, and maps of each") {
  check_case("multi_view", 2);
  check_case("multi_view_pool", 2);
}

TEST_CASE("self-attention and a block make PyTorch's TransformerDecoderLayer, post-norm and pre-norm") {
  for (const NormOrder order : {NormOrder::post, NormOrder::pre}) {
    const std::string name =
        std::string("strategies_decoder_") + (order == NormOrder::pre ? "pre" : "post") + ".safetensors";
    CAPTURE(name);
    const test::Fixture fixture(name);
    const arrays::SafeTensors file = open(name);
    const model::Weights weights(file);
    const Matrix words = fixture.matrix("in.words"), memory = fixture.matrix("in.memory");
    const auto mask = fixture.values<std::uint8_t>("in.mask");
    constexpr std::size_t kDim = 8, kHeads = 2, kHidden = 12;

    const AttentionSublayer self(weights.attention("self", kDim, kHeads),
                                 Residual(order, weights.norm("self_norm", kDim)), "self");
    const CrossModalTransformerBlock block(
        {weights.attention("cross.attention", kDim, kHeads), Residual(order, weights.norm("cross.norm1", kDim)),
         "cross"},
        {weights.feed_forward("cross.ffn", kDim, kHidden), Residual(order, weights.norm("cross.norm2", kDim)), "cross"},
        "cross");
    Matrix x = words;
    self.attend_self(x, {}, x.rows(), {}, x.rows());
    const Matrix out = block.forward(x, Keys{memory, mask}).output;
    CHECK(relative_difference(out, fixture.matrix("out.words")) <= kOutputTolerance);
  }
}
