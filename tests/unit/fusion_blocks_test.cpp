// Residuals, sublayers, the cross-modal block and network, CoAttention, several views, the resampler.
#include <doctest/doctest.h>

#include <stdexcept>
#include <vector>

#include "attnviz/core/error.hpp"
#include "attnviz/fusion/co_attention.hpp"
#include "attnviz/fusion/cross_modal.hpp"
#include "attnviz/fusion/resampler.hpp"
#include "support/fixture.hpp"
#include "support/fusion_layers.hpp"

using namespace attnviz;
using namespace attnviz::fusion;
using namespace attnviz::test;

namespace {

const Matrix kWords = random_matrix(4, kDim, 50), kPatches = random_matrix(9, kDim, 51);

Matrix attended(unsigned seed, const Matrix& words, const Matrix& keys) {
  return random_attention(seed).forward(words, keys).output;
}

Matrix normalised(Matrix x) {
  normalise(x);
  return x;
}

Matrix sum(Matrix x, const Matrix& y, float gain = 1) {
  add(x, y, gain);
  return x;
}

}  // namespace

TEST_CASE("the residual stands where the order says") {
  const Matrix y = random_matrix(4, kDim, 1);
  const auto result = [&](const Residual& residual) {
    Matrix x = kWords;
    residual.add_to(x, y);
    return x;
  };
  CHECK(max_difference(result(Residual()), sum(kWords, y)) == 0);
  CHECK(max_difference(result(Residual(NormOrder::post, plain_norm(), 0.5f)), normalised(sum(kWords, y, 0.5f))) <=
        1e-5);
  CHECK(max_difference(result(Residual(NormOrder::pre, plain_norm(), 0.5f)), sum(kWords, y, 0.5f)) == 0);

  Matrix scratch;
  CHECK(Residual().input(kWords, scratch).data() == kWords.data());
  const ConstMatrixView shown = Residual(NormOrder::pre, plain_norm()).input(kWords, scratch);
  CHECK(shown.data() == scratch.data());
  CHECK(max_difference(scratch, normalised(kWords)) <= 1e-5);
  CHECK_THROWS_AS(Residual(NormOrder::none, plain_norm()), std::logic_error);
}

TEST_CASE("the block is LN(x + CA), LN(x + FFN) or, pre-norm, x + CA(LN), x + FFN(LN)") {
  Matrix post = normalised(sum(attended(7, kWords, kPatches), kWords));
  post = normalised(sum(post, random_ffn(17).forward(post)));
  CHECK(max_difference(random_block(7).forward(kWords, Keys{kPatches}).output, post) <= 1e-5);

  Matrix pre = sum(attended(7, normalised(kWords), kPatches), kWords);
  pre = sum(pre, random_ffn(17).forward(normalised(pre)));
  CHECK(max_difference(random_block(7, NormOrder::pre).forward(kWords, Keys{kPatches}).output, pre) <= 1e-5);
}

TEST_CASE("a block on itself: keys are normalised as queries are; weights of the first rows alone") {
  const Matrix x = normalised(kPatches);
  Matrix pre = sum(attended(7, x, x), kPatches);
  pre = sum(pre, random_ffn(17).forward(normalised(pre)));
  const auto keep = attention::KeepWeights{.per_head = true};
  const auto all = random_block(7, NormOrder::pre).forward_self(kPatches, {}, 9, keep);
  const auto some = random_block(7, NormOrder::pre).forward_self(kPatches, {}, 2, keep);
  CHECK(max_difference(all.output, pre) <= 1e-5);
  CHECK(max_difference(some.output, all.output) <= 1e-6);
  REQUIRE(some.weights.per_head.rows() == 2 * kHeads);
  REQUIRE(all.weights.per_head.rows() == 9 * kHeads);
  for (std::size_t head = 0; head < kHeads; ++head) {
    CHECK(max_difference(some.weights.per_head.row(head * 2 + 1), all.weights.per_head.row(head * 9 + 1)) <= 1e-6);
  }
  CHECK_THROWS_AS(random_block(7).forward_self(kPatches, {}, 10), std::logic_error);

  for (const NormOrder order : {NormOrder::pre, NormOrder::post}) {
    const auto whole = random_block(7, order).forward_self(kPatches, {}, 2, keep);
    const auto read = random_block(7, order).forward_self(kPatches, {}, 2, keep, 3);
    REQUIRE(read.output.rows() == 3);
    for (std::size_t row = 0; row < 3; ++row) {
      CHECK(max_difference(read.output.row(row), whole.output.row(row)) <= 1e-6);
    }
    CHECK(max_difference(read.weights.per_head, whole.weights.per_head) == 0);
    CHECK_THROWS_AS(random_block(7, order).forward_self(kPatches, {}, 4, keep, 3), std::logic_error);
  }
}

TEST_CASE("the network applies its layers in order and keeps each one's weights") {
  const auto keep = attention::KeepWeights{.per_head = true};
  std::vector<CrossModalTransformerBlock> layers;
  layers.push_back(random_block(0));
  layers.push_back(random_block(100));
  const Keys keys{kPatches};
  const auto fused = CrossModalFusionNetwork(std::move(layers)).fuse(kWords, std::span(&keys, 1), keep);
  const ViewsAttended first = random_block(0).forward(kWords, keys, keep);
  const ViewsAttended second = random_block(100).forward(first.output, keys, keep);
  CHECK(max_difference(fused.words, second.output) == 0);
  REQUIRE(fused.weights.size() == 2);
  CHECK(max_difference(fused.weights[0][0].per_head, first.weights[0].per_head) == 0);
  CHECK(max_difference(fused.weights[1][0].per_head, second.weights[0].per_head) == 0);
}

TEST_CASE("several views: each on its own, then the mean") {
  const Matrix other = random_matrix(5, kDim, 52);
  const std::vector<std::uint8_t> mask{1, 0, 1, 1, 0};
  const std::vector<Keys> views{{kPatches, {}}, {other, mask}};
  const auto keep = attention::KeepWeights{.head_mean = true};
  const ViewsAttended both = MultiViewCrossAttention(random_attention(3)).fuse(kWords, views, keep);
  const auto a = random_attention(3).forward(kWords, kPatches, {.keep = keep});
  const auto b = random_attention(3).forward(kWords, other, {.mask = mask, .keep = keep});
  Matrix mean(4, kDim);
  add(mean, a.output, 0.5f);
  add(mean, b.output, 0.5f);
  CHECK(max_difference(both.output, mean) <= 1e-6);
  REQUIRE(both.weights.size() == 2);
  CHECK(max_difference(both.weights[0].head_mean, a.weights.head_mean) == 0);
  CHECK(max_difference(both.weights[1].head_mean, b.weights.head_mean) == 0);
  CHECK_THROWS_AS(MultiViewCrossAttention(random_attention(3)).fuse(kWords, {}), std::logic_error);
}

TEST_CASE("CoAttention: both directions from the same words and patches") {
  const auto run = [](NormOrder order) {
    const CoAttention co(random_attention_sublayer(3, order), random_attention_sublayer(30, order));
    std::pair<Matrix, Matrix> sides(kWords, kPatches);
    const auto weights = co.apply(sides.first, sides.second, {}, {}, {.per_head = true});
    CHECK(weights.per_head.rows() == 4 * kHeads);
    CHECK(weights.per_head.cols() == 9);
    return sides;
  };
  const auto [l, v] = run(NormOrder::none);
  CHECK(max_difference(l, sum(kWords, attended(3, kWords, kPatches))) <= 1e-6);
  CHECK(max_difference(v, sum(kPatches, attended(30, kPatches, kWords))) <= 1e-6);
  const auto [l_post, v_post] = run(NormOrder::post);
  CHECK(max_difference(l_post, normalised(l)) <= 1e-5);
  CHECK(max_difference(v_post, normalised(v)) <= 1e-5);
  const auto [l_pre, v_pre] = run(NormOrder::pre);
  CHECK(max_difference(l_pre, sum(kWords, attended(3, normalised(kWords), normalised(kPatches)))) <= 1e-5);
  CHECK(max_difference(v_pre, sum(kPatches, attended(30, normalised(kPatches), normalised(kWords)))) <= 1e-5);
}

TEST_CASE("CoAttention: \"nothing here\" is a key of the words alone") {
  const CoAttention co(random_attention_sublayer(3, NormOrder::none), random_attention_sublayer(30, NormOrder::none));
  const Matrix nothing = random_matrix(1, kDim, 53);
  std::vector<std::uint8_t> mask(10, 1);
  mask[2] = 0;
  Matrix l = kWords, v = kPatches;
  const auto weights = co.apply(l, v, nothing, mask, {.per_head = true});
  REQUIRE(weights.per_head.cols() == 10);
  CHECK(weights.per_head(0, 9) > 0);
  CHECK(weights.per_head(0, 2) == 0);
  CHECK(max_difference(v, sum(kPatches, attended(30, kPatches, kWords))) <= 1e-6);
}

TEST_CASE("latents: where they have it from is a share of the inputs") {
  const Matrix latents = random_matrix(3, kDim, 60);
  std::vector<CrossModalTransformerBlock> among;
  among.push_back(random_block(200));
  const PerceiverResampler resampler(latents, random_block(0), std::move(among), std::nullopt);
  std::vector<std::uint8_t> mask(9, 1);
  mask[4] = 0;
  const PerceiverResampler::Result result = resampler.run({kPatches, mask});
  CHECK(result.latents.rows() == 3);
  REQUIRE(result.seen.rows() == 3);
  const ViewsAttended read = random_block(0).forward(latents, Keys{kPatches, mask}, {.head_mean = true});
  const auto mixed = random_block(200).forward_self(read.output, {}, 3, {.head_mean = true});
  CHECK(max_difference(result.latents, mixed.output) == 0);
  for (std::size_t latent = 0; latent < 3; ++latent) {
    double total = 0;
    for (std::size_t p = 0; p < 9; ++p) {
      double expected = read.weights[0].head_mean(latent, p) / 2;
      for (std::size_t other = 0; other < 3; ++other) {
        expected += 0.5 * mixed.weights.head_mean(latent, other) * read.weights[0].head_mean(other, p);
      }
      CHECK(result.seen(latent, p) == doctest::Approx(expected).epsilon(1e-5));
      total += result.seen(latent, p);
    }
    CHECK(total == doctest::Approx(1.0).epsilon(1e-6));
    CHECK(result.seen(latent, 4) == 0);
  }
}

TEST_CASE("parts of different widths are refused") {
  const auto narrow = [] { return LayerNorm({1.0f}, {0.0f}, "n"); };
  CHECK_THROWS_AS(AttentionSublayer(random_attention(1), Residual(NormOrder::post, narrow()), "a"), Error);
  CHECK_THROWS_AS(FeedForwardSublayer(random_ffn(1), Residual(NormOrder::pre, narrow()), "f"), Error);
  const auto other_width = [] {
    return FeedForwardSublayer({random_linear(4, 8, 1), random_linear(8, 4, 2), "f"}, Residual(), "f");
  };
  CHECK_THROWS_AS(CrossModalTransformerBlock(random_attention_sublayer(1, NormOrder::none), other_width(), "b"), Error);
  CHECK_THROWS_AS(CrossModalFusionNetwork({}), std::logic_error);
  CHECK_THROWS_AS(PerceiverResampler(Matrix(2, 4), random_block(1), {}, std::nullopt), std::logic_error);
}
