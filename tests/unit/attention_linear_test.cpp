// Linear attention: against its own reference, and its distance from softmax attention.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "attention/linear_attention.hpp"
#include "support/attention_layer.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::attention;
using reference::DoubleMatrix;
using test::random_matrix;

namespace {

constexpr AttentionKind kLinear{AttentionKind::Type::linear};

struct Head {
  Matrix query, key, value;

  Head(std::size_t words, std::size_t keys, std::size_t head_dim, float deviation = 1.0f)
      : query(random_matrix(words, head_dim, 90, deviation)),
        key(random_matrix(keys, head_dim, 91, deviation)),
        value(random_matrix(keys, head_dim, 92)) {}
  DoubleMatrix weights(const reference::Rules& rules) const {
    return reference::attention_weights(DoubleMatrix(query), DoubleMatrix(key), rules);
  }
};

void check(const Head& head, KeyMask mask = {}) {
  const std::size_t words = head.query.rows();
  CAPTURE(words);
  CAPTURE(head.key.rows());
  Matrix attended(words, head.value.cols()), alone(words, head.value.cols()), weights(words, head.key.rows());
  const LinearAttentionHead linear(head.key, head.value, mask);
  REQUIRE(linear.attend(head.query, attended, weights));
  REQUIRE(linear.attend(head.query, alone));
  const DoubleMatrix want = head.weights({.mask = mask, .kind = kLinear});
  CHECK(test::max_error(weights, want) <= 1e-6);
  CHECK(test::relative_error(attended, reference::product(want, DoubleMatrix(head.value))) <= 1e-5);
  CHECK(test::worst_row_sum(weights) <= 1e-5);
  CHECK(test::equal(alone, attended));
}

}  // namespace

TEST_CASE("one head agrees with the reference") {
  for (const std::size_t words : {1, 5, 65}) {
    for (const std::size_t keys : {1, 7, 196, 255, 256, 257, 3000}) check(Head(words, keys, 20));
  }
  for (const std::size_t head_dim : {1, 3, 33, 64}) check(Head(4, 100, head_dim));
}

TEST_CASE("large and small features") {
  check(Head(4, 300, 16, 20.0f));
  check(Head(4, 300, 16, 1e-3f));
  check(Head(4, 300, 16, 1e-40f));
  Head zero(3, 50, 8);
  zero.query = Matrix(3, 8);
  zero.key = Matrix(50, 8);
  check(zero);  // every feature is 1
}

TEST_CASE("masked keys have no weight and no influence") {
  Head head(5, 600, 16);
  std::vector<std::uint8_t> mask(600, 1);
  for (std::size_t key = 0; key < 600; key += 3) mask[key] = 0;
  check(head, mask);
  Matrix before(5, 16), after(5, 16);
  REQUIRE(LinearAttentionHead(head.key, head.value, mask).attend(head.query, before));
  for (std::size_t key = 0; key < 600; key += 3) head.key(key, 1) = head.value(key, 2) = 1e6f;
  REQUIRE(LinearAttentionHead(head.key, head.value, mask).attend(head.query, after));
  CHECK(test::equal(after, before));
}

TEST_CASE("where there is no answer") {
  Head head(2, 20, 4);
  Matrix attended(2, 4);
  const std::vector<std::uint8_t> none(20, 0);
  CHECK_FALSE(LinearAttentionHead(head.key, head.value, none).attend(head.query, attended));
  Head vanishing = head;
  for (float& x : vanishing.query.row(1)) x = -200;  // exp(-200) is 0 in float32
  CHECK_FALSE(LinearAttentionHead(head.key, head.value).attend(vanishing.query, attended));
  for (const float broken : {NAN, INFINITY}) {
    Head wrong = head;
    wrong.query(1, 3) = broken;
    CHECK_FALSE(LinearAttentionHead(head.key, head.value).attend(wrong.query, attended));
    wrong.key(19, 0) = broken;
    CHECK_FALSE(LinearAttentionHead(wrong.key, head.value).attend(head.query, attended));
  }
}

TEST_CASE("a layer of this kind agrees with the reference") {
  const test::AttentionLayer layer({16, 12, 24, 4});
  std::vector<std::uint8_t> mask(300, 1);
  mask[0] = mask[299] = 0;
  for (const std::size_t words : {1, 9, 40}) {
    const Matrix asked = random_matrix(words, 16, 93), patches = random_matrix(300, 12, 94);
    test::check_all_ways(layer, asked, patches, {.kind = kLinear});
    test::check_all_ways(layer, asked, patches, {.mask = mask, .kind = kLinear});
  }
}

TEST_CASE("distance from softmax attention on random inputs: the figures in linear_attention.hpp") {
  const Head head(256, 196, 32);
  const DoubleMatrix softmax = head.weights({}), linear = head.weights({.kind = kLinear}), value(head.value);
  Matrix attended(256, 32), weights(256, 196);
  REQUIRE(LinearAttentionHead(head.key, head.value).attend(head.query, attended, weights));
  double moved = 0;  // weight that lies elsewhere than in softmax attention, mean over words
  for (std::size_t i = 0; i < softmax.values.size(); ++i)
    moved += std::fabs(weights.data()[i] - softmax.values[i]) / 512;
  const double output = test::relative_error(attended, reference::product(softmax, value));
  MESSAGE("196 keys: weight moved " << moved << ", output off by " << output);
  MESSAGE("own reference: weights off by " << test::max_error(weights, linear) << ", output by "
                                           << test::relative_error(attended, reference::product(linear, value)));
  CHECK(moved == doctest::Approx(0.358).epsilon(0.02));
  CHECK(output == doctest::Approx(0.784).epsilon(0.02));
}
