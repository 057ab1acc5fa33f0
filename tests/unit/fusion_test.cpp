// Layers, positions, the cross-modal block and network, and what a strategy leaves behind.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "attention/reference.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/fusion/cross_modal.hpp"
#include "attnviz/fusion/positions.hpp"
#include "attnviz/fusion/strategy.hpp"
#include "support/random_matrix.hpp"

using namespace attnviz;
using namespace attnviz::fusion;
using attention::CrossModalAttention;
using attention::Linear;
using attention::LinearView;

namespace {

constexpr std::size_t kDim = 12, kHidden = 20, kHeads = 3;

Linear random_linear(std::size_t in, std::size_t out, unsigned seed) {
  const Matrix weight = test::random_matrix(out, in, seed, 1.0f / std::sqrt(static_cast<float>(in)));
  const Matrix bias = test::random_matrix(1, out, seed + 1, 0.1f);
  return Linear(LinearView{weight, bias.row(0)});
}

CrossModalAttention random_attention(unsigned seed) {
  return {{random_linear(kDim, kDim, seed), random_linear(kDim, kDim, seed + 2), random_linear(kDim, kDim, seed + 4),
           random_linear(kDim, kDim, seed + 6)},
          kHeads,
          "test"};
}

LayerNorm plain_norm() { return {std::vector<float>(kDim, 1.0f), std::vector<float>(kDim, 0.0f), "norm"}; }

FeedForward random_ffn(unsigned seed) {
  return {random_linear(kDim, kHidden, seed), random_linear(kHidden, kDim, seed + 2), "ffn"};
}

CrossModalTransformerBlock random_block(unsigned seed) {
  return {random_attention(seed), plain_norm(), random_ffn(seed + 10), plain_norm(), "block"};
}

CrossModalFusionNetwork random_network(std::size_t layers) {
  std::vector<CrossModalTransformerBlock> blocks;
  for (std::size_t i = 0; i < layers; ++i) blocks.push_back(random_block(static_cast<unsigned>(100 * i)));
  return CrossModalFusionNetwork(std::move(blocks));
}

// LN(x) with neither weight nor bias, in double.
void normalise(Matrix& x) {
  for (std::size_t r = 0; r < x.rows(); ++r) {
    double mean = 0, variance = 0;
    for (const float value : x.row(r)) mean += value / static_cast<double>(x.cols());
    for (const float value : x.row(r)) variance += (value - mean) * (value - mean) / static_cast<double>(x.cols());
    for (float& value : x.row(r)) value = static_cast<float>((value - mean) / std::sqrt(variance + 1e-5));
  }
}

void check_close(const Matrix& a, const Matrix& b, double tolerance) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  for (std::size_t i = 0; i < a.rows() * a.cols(); ++i) CHECK(std::fabs(a.data()[i] - b.data()[i]) <= tolerance);
}

}  // namespace

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
  CHECK_THROWS_AS(CrossModalTransformerBlock(random_attention(1), LayerNorm({1.0f}, {0.0f}, "n"), random_ffn(1),
                                             plain_norm(), "block"),
                  Error);
}

TEST_CASE("positions follow the formula") {
  Matrix one(3, 8), two(6, 8);
  add_positions_1d(one, 2.0f);
  CHECK(one(0, 0) == 0.0f);
  CHECK(one(0, 1) == 2.0f);
  CHECK(one(2, 2) == doctest::Approx(2 * std::sin(2 / std::pow(10000.0, 2.0 / 8))));
  CHECK(one(2, 7) == doctest::Approx(2 * std::cos(2 / std::pow(10000.0, 6.0 / 8))));
  add_positions_2d(two, 2, 3, 1.0f);
  CHECK(two(5, 0) == doctest::Approx(std::sin(1.0)));  // row 1
  CHECK(two(5, 3) == doctest::Approx(std::cos(1 / std::pow(10000.0, 2.0 / 4))));
  CHECK(two(5, 4) == doctest::Approx(std::sin(2.0)));  // column 2
  CHECK(two(2, 0) == 0.0f);
}

TEST_CASE("the block is LN(x + CA), LN(x + FFN)") {
  const Matrix words = test::random_matrix(4, kDim, 50), patches = test::random_matrix(9, kDim, 51);
  Matrix expected = random_attention(7).forward(words, patches).output;
  add(expected, words);
  normalise(expected);
  random_ffn(17).add_to(expected);
  normalise(expected);
  check_close(random_block(7).forward(words, patches), expected, 1e-5);
}

TEST_CASE("the network applies its layers in order and keeps each one's weights") {
  const Matrix words = test::random_matrix(4, kDim, 50), patches = test::random_matrix(9, kDim, 51);
  std::vector<Matrix> weights;
  const Matrix fused = random_network(2).fuse(words, patches, {}, &weights);
  Matrix first_weights, second_weights;
  const Matrix middle = random_block(0).forward(words, patches, {}, &first_weights);
  const Matrix expected = random_block(100).forward(middle, patches, {}, &second_weights);
  check_close(fused, expected, 0);
  REQUIRE(weights.size() == 2);
  check_close(weights[0], first_weights, 0);
  check_close(weights[1], second_weights, 0);
}

TEST_CASE("cross fusion sets the share of \"nothing here\" aside and masks the padding") {
  const CrossFusion fusion(random_network(2), test::random_matrix(1, kDim, 60));
  const Matrix words = test::random_matrix(3, kDim, 61), patches = test::random_matrix(7, kDim, 62);
  const std::vector<std::uint8_t> mask{1, 1, 0, 1, 1, 1, 0};
  const Fused fused = fusion.run(words, patches, mask);
  CHECK(fused.words.rows() == 3);
  CHECK(fused.words.cols() == kDim);
  REQUIRE(fused.maps.num_layers == 2);
  REQUIRE(fused.maps.num_heads == kHeads);
  REQUIRE(fused.maps.num_patches == 7);
  for (std::size_t layer = 0; layer < 2; ++layer) {
    for (std::size_t head = 0; head < kHeads; ++head) {
      for (std::size_t word = 0; word < 3; ++word) {
        const std::span<const float> row = fused.maps.row(layer, head, word);
        double sum = fused.maps.nothing[fused.maps.row_index(layer, head, word)];
        CHECK(sum > 0);
        for (const float weight : row) sum += weight;
        CHECK(sum == doctest::Approx(1.0).epsilon(1e-6));
        CHECK(row[2] == 0.0f);
        CHECK(row[6] == 0.0f);
        CHECK(row[0] > 0.0f);
      }
    }
  }
}

TEST_CASE("cross fusion: with every patch masked all goes to nothing") {
  const CrossFusion fusion(random_network(1), test::random_matrix(1, kDim, 60));
  const Fused fused =
      fusion.run(test::random_matrix(2, kDim, 61), test::random_matrix(3, kDim, 62), std::vector<std::uint8_t>(3, 0));
  for (const float share : fused.maps.nothing) CHECK(share == 1.0f);
}

TEST_CASE("self-attention is cross-attention with itself") {
  const Matrix x = test::random_matrix(5, kDim, 70);
  check_close(SelfAttention(random_attention(3)).forward(x), random_attention(3).forward(x, x).output, 0);
}
