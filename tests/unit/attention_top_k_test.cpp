// Sparse attention over the top k keys of each word: against its own reference, and its distance from dense attention.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "attention/top_k_attention.hpp"
#include "support/attention_layer.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::attention;
using reference::DoubleMatrix;
using test::random_matrix;

namespace {

AttentionKind strongest(std::size_t top_k) { return {AttentionKind::Type::top_k, top_k}; }

struct Head {
  Matrix query, scaled, key, value;

  Head(std::size_t words, std::size_t keys, std::size_t head_dim, float score_deviation = 1.0f)
      : query(random_matrix(words, head_dim, 80, score_deviation)),
        scaled(words, head_dim),
        key(random_matrix(keys, head_dim, 81)),
        value(random_matrix(keys, head_dim, 82)) {
    const float scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
    for (std::size_t i = 0; i < words * head_dim; ++i) scaled.data()[i] = query.data()[i] * scale;
  }
  HeadBlock block(const reference::Rules& rules = {}) const { return {scaled, key, value, rules.mask, rules.pairs}; }
  DoubleMatrix weights(const reference::Rules& rules) const {
    return reference::attention_weights(DoubleMatrix(query), DoubleMatrix(key), rules);
  }
};

void check(const Head& head, const reference::Rules& rules) {
  const std::size_t words = head.query.rows();
  CAPTURE(rules.kind.top_k);
  Matrix attended(words, head.value.cols()), alone(words, head.value.cols()), weights(words, head.key.rows());
  REQUIRE(attend_top_k(head.block(rules), rules.kind.top_k, attended, weights));
  REQUIRE(attend_top_k(head.block(rules), rules.kind.top_k, alone));
  const DoubleMatrix want = head.weights(rules);
  CHECK(test::max_error(weights, want) <= 1e-6);
  CHECK(test::relative_error(attended, reference::product(want, DoubleMatrix(head.value))) <= 1e-5);
  CHECK(test::worst_row_sum(weights) <= 1e-5);
  CHECK(test::equal(alone, attended));
}

}  // namespace

TEST_CASE("one head agrees with the reference") {
  for (const std::size_t words : {1, 5, 64, 65}) {
    for (const std::size_t keys : {1, 7, 196, 512, 513, 1200}) {
      for (const std::size_t top_k : {1, 8, 300}) check(Head(words, keys, 20), {.kind = strongest(top_k)});
    }
  }
  for (const std::size_t head_dim : {1, 3, 33}) check(Head(4, 100, head_dim), {.kind = strongest(9)});
}

TEST_CASE("masks choose before the strongest are chosen") {
  const Head head(6, 700, 16);
  std::vector<std::uint8_t> mask(700, 1), attends(6 * 700);
  for (std::size_t key = 0; key < 700; key += 2) mask[key] = 0;
  for (std::size_t word = 0; word < 6; ++word) {
    for (std::size_t key = 0; key < 700; ++key) attends[word * 700 + key] = (key / 50 + word) % 3 == 0 ? 1 : 0;
  }
  const PairMask pairs(6, 700, attends);
  check(head, {.mask = mask, .kind = strongest(10)});
  check(head, {.pairs = &pairs, .kind = strongest(10)});
  check(head, {.mask = mask, .pairs = &pairs, .kind = strongest(10)});
  check(head, {.mask = mask, .pairs = &pairs, .kind = strongest(400)});  // more than a word may attend to
}

TEST_CASE("a block of words reads its own rows of the pair mask") {
  const Head head(9, 30, 8);
  std::vector<std::uint8_t> attends(9 * 30);
  for (std::size_t i = 0; i < attends.size(); ++i) attends[i] = i % 7 < 3 ? 1 : 0;
  const PairMask pairs(9, 30, attends);
  Matrix all(9, 8), part(3, 8);
  REQUIRE(attend_top_k(head.block({.pairs = &pairs}), 4, all));
  HeadBlock block = head.block({.pairs = &pairs});
  block.query = {head.scaled.row(6).data(), 3, 8};
  block.first_word = 6;
  REQUIRE(attend_top_k(block, 4, part));
  for (std::size_t i = 0; i < 3 * 8; ++i) CHECK(part.data()[i] == all.data()[6 * 8 + i]);
}

TEST_CASE("of equal scores the lower key counts") {
  Head head(2, 600, 4);
  head.key = Matrix(600, 4);
  Matrix attended(2, 4), weights(2, 600);
  REQUIRE(attend_top_k(head.block(), 3, attended, weights));
  for (std::size_t key = 0; key < 600; ++key) {
    CHECK(weights(0, key) == doctest::Approx(key < 3 ? 1.0 / 3 : 0.0).epsilon(1e-7));
  }
}

TEST_CASE("where there is no answer") {
  Head head(3, 20, 4);
  Matrix attended(3, 4);
  const std::vector<std::uint8_t> none(20, 0);
  CHECK_FALSE(attend_top_k(head.block({.mask = none}), 3, attended));
  std::vector<std::uint8_t> attends(3 * 20, 1);
  std::fill(attends.begin() + 40, attends.end(), std::uint8_t{0});
  const PairMask pairs(3, 20, attends);
  CHECK_FALSE(attend_top_k(head.block({.pairs = &pairs}), 3, attended));
  for (const float broken : {NAN, INFINITY, -INFINITY}) {
    head.key(19, 2) = broken;
    CHECK_FALSE(attend_top_k(head.block(), 3, attended));
    std::vector<std::uint8_t> others(20, 1);
    others[19] = 0;
    CHECK(attend_top_k(head.block({.mask = others}), 3, attended));
  }
  CHECK_THROWS_AS(static_cast<void>(attend_top_k(head.block(), 0, attended)), std::logic_error);
}

TEST_CASE("a layer of this kind agrees with the reference") {
  const test::AttentionLayer layer({16, 12, 24, 4});
  const Matrix words = random_matrix(9, 16, 83), patches = random_matrix(150, 12, 84);
  std::vector<std::uint8_t> mask(150, 1);
  mask[0] = mask[149] = 0;
  for (const std::size_t top_k : {1, 8, 150, 1000}) {
    CAPTURE(top_k);
    test::check_all_ways(layer, words, patches, {.kind = strongest(top_k)});
    test::check_all_ways(layer, words, patches, {.mask = mask, .kind = strongest(top_k)});
  }
  const PairMask pairs = PairMask::neighbourhood(10, 15, 2);
  const Matrix own = random_matrix(150, 16, 85);
  test::check_all_ways(test::AttentionLayer({16, 16, 24, 4}), own, own, {.pairs = &pairs, .kind = strongest(6)});
}

namespace {

// How much weight lies elsewhere than in dense attention, the mean over words.
double weight_moved(const Head& head, std::size_t top_k) {
  const std::size_t words = head.query.rows();
  const DoubleMatrix dense = head.weights({});
  Matrix attended(words, head.value.cols()), weights(words, head.key.rows());
  REQUIRE(attend_top_k(head.block(), top_k, attended, weights));
  double moved = 0;
  for (std::size_t i = 0; i < dense.values.size(); ++i) moved += std::fabs(weights.data()[i] - dense.values[i]) / 2;
  moved /= static_cast<double>(words);
  const double output = test::relative_error(attended, reference::product(dense, DoubleMatrix(head.value)));
  MESSAGE("top " << top_k << " of " << head.key.rows() << " keys: weight moved " << moved << ", output off by "
                 << output);
  return moved;
}

}  // namespace

TEST_CASE("distance from dense attention on random inputs: the figures in top_k_attention.hpp") {
  struct Measured {
    float score_deviation;
    std::vector<double> moved;  // for 8, 16, 32, 64 keys
  };
  const std::vector<Measured> table{{1.0f, {0.777, 0.659, 0.498, 0.297}}, {4.0f, {0.0936, 0.0394, 0.0125, 0.00238}}};
  for (const auto& [score_deviation, moved] : table) {
    CAPTURE(score_deviation);
    const Head head(256, 196, 32, score_deviation);
    for (std::size_t i = 0; i < moved.size(); ++i) {
      CHECK(weight_moved(head, std::size_t{8} << i) == doctest::Approx(moved[i]).epsilon(0.02));
    }
  }
}
