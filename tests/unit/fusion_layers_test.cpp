// LayerNorm, feed-forward, self-attention, positions.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "attnviz/core/error.hpp"
#include "attnviz/fusion/layers.hpp"
#include "attnviz/fusion/positions.hpp"
#include "support/fixture.hpp"
#include "support/fusion_layers.hpp"

using namespace attnviz;
using namespace attnviz::fusion;
using namespace attnviz::test;

TEST_CASE("LayerNorm: mean 0, deviation 1, then weight and bias") {
  Matrix x(1, 4);
  for (std::size_t c = 0; c < 4; ++c) x(0, c) = static_cast<float>(c);  // mean 1.5, variance 1.25
  LayerNorm({1, 1, 2, 1}, {0, 0, 0, 5}, "norm").apply(x);
  const double scale = 1 / std::sqrt(1.25 + 1e-5);
  CHECK(x(0, 0) == doctest::Approx(-1.5 * scale));
  CHECK(x(0, 2) == doctest::Approx(2 * 0.5 * scale));
  CHECK(x(0, 3) == doctest::Approx(5 + 1.5 * scale));
}

TEST_CASE("LayerNorm of a large constant row stays finite") {
  Matrix x(1, kDim);
  for (float& value : x.row(0)) value = 1e20f;
  plain_norm().apply(x);
  for (const float value : x.row(0)) CHECK(std::fabs(value) < 1e-3);
}

TEST_CASE("layers whose widths do not fit are refused by name") {
  CHECK_THROWS_AS(LayerNorm(std::vector<float>(3), std::vector<float>(4), "n"), Error);
  CHECK_THROWS_AS(FeedForward(random_linear(kDim, 8, 1), random_linear(9, kDim, 2), "f"), Error);
}

TEST_CASE("feed-forward is down(ReLU(up(x)))") {
  const Matrix x = random_matrix(3, kDim, 5);
  Matrix hidden = random_linear(kDim, kHidden, 1).forward(x);
  for (std::size_t r = 0; r < hidden.rows(); ++r) {
    for (float& value : hidden.row(r)) value = std::max(value, 0.0f);
  }
  CHECK(max_difference(random_ffn(1).forward(x), random_linear(kHidden, kDim, 3).forward(hidden)) <= 1e-6);
}

TEST_CASE("self-attention is cross-attention with itself") {
  const Matrix x = random_matrix(5, kDim, 70);
  const attention::AttentionResult self = SelfAttention(random_attention(3)).forward(x, {.keep = {.per_head = true}});
  const attention::AttentionResult cross = random_attention(3).forward(x, x, {.keep = {.per_head = true}});
  CHECK(max_difference(self.output, cross.output) == 0);
  CHECK(max_difference(self.weights.per_head, cross.weights.per_head) == 0);
}

TEST_CASE("self-attention on the neighbourhood graph of a grid: a patch sees its neighbours alone") {
  const Matrix x = random_matrix(12, kDim, 71);  // 3 x 4 patches
  const auto graph = attention::PairMask::neighbourhood(3, 4, 1);
  const auto all = SelfAttention(random_attention(3)).forward(x, {.keep = {.per_head = true}});
  const auto near = SelfAttention(random_attention(3)).forward(x, {.pairs = &graph, .keep = {.per_head = true}});
  const std::vector<std::size_t> neighbours{0, 1, 4, 5};  // of patch 0
  double share = 0;
  for (const std::size_t p : neighbours) share += all.weights.per_head(0, p);
  for (std::size_t p = 0; p < 12; ++p) {
    const bool seen = std::ranges::find(neighbours, p) != neighbours.end();
    const double expected = seen ? all.weights.per_head(0, p) / share : 0.0;
    CHECK(near.weights.per_head(0, p) == doctest::Approx(expected).epsilon(1e-5));
  }
}

TEST_CASE("positions follow the formula") {
  Matrix one(3, 8);
  add_positions(one, 2.0f);
  CHECK(one(0, 0) == 0.0f);
  CHECK(one(0, 1) == 2.0f);
  CHECK(one(2, 2) == doctest::Approx(2 * std::sin(2 / std::pow(10000.0, 2.0 / 8))));
  CHECK(one(2, 7) == doctest::Approx(2 * std::cos(2 / std::pow(10000.0, 6.0 / 8))));
}
