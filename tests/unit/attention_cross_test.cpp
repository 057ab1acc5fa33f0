// Multi-head cross-attention against the double-precision reference: every shape, every way to the result.
#include <doctest/doctest.h>

#include <numeric>
#include <vector>

#include "support/attention_layer.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::attention;
using test::AttentionLayer;
using test::random_matrix;

namespace {

struct Case {
  std::size_t words, keys;
  test::LayerShape layer;
};

void check(const Case& c) {
  CAPTURE(c.layer.model_dim);
  CAPTURE(c.layer.num_heads);
  test::check_all_ways(AttentionLayer(c.layer), random_matrix(c.words, c.layer.word_dim, 20),
                       random_matrix(c.keys, c.layer.patch_dim, 21));
}

std::vector<std::size_t> range(std::size_t first, std::size_t last) {
  std::vector<std::size_t> values(last - first + 1);
  std::iota(values.begin(), values.end(), first);
  return values;
}

}  // namespace

TEST_CASE("shapes as models have them") {
  check({1, 397, {64, 64, 64, 8}});
  check({8, 196, {192, 192, 192, 8}});
  check({8, 576, {256, 128, 128, 4}});
  check({16, 196, {256, 256, 256, 8}});
  check({4, 50, {768, 768, 768, 12}});
  check({196, 8, {64, 64, 64, 4}});  // patches ask, words answer
}

TEST_CASE("the smallest shapes") {
  check({1, 1, {8, 8, 8, 1}});
  check({3, 1, {12, 12, 12, 4}});
  check({1, 5, {1, 1, 1, 1}});
  check({4, 9, {1, 3, 1, 1}});
  check({1, 40, {3, 1, 2, 2}});
}

TEST_CASE("head widths that are no multiple of a vector, model widths that are no multiple of a head") {
  for (const std::size_t head_dim : {1, 2, 3, 5, 7, 9, 15, 17, 20, 33}) {
    for (const std::size_t num_heads : {1, 2, 3, 5}) {
      check({5, 33, {20, 36, head_dim * num_heads, num_heads}});
      check({2, 70, {7, 5, head_dim * num_heads, num_heads}});
    }
  }
}

TEST_CASE("numbers of words and keys around the borders of blocks") {
  const AttentionLayer layer({8, 12, 16, 2});
  const Matrix many_words = random_matrix(65, 8, 22), many_keys = random_matrix(1000, 12, 23);
  std::vector<std::size_t> word_counts = range(1, 17), key_counts = range(1, 9);
  for (const std::size_t count : {31, 32, 33, 64, 65}) word_counts.push_back(count);
  for (const std::size_t count : {15, 16, 17, 63, 64, 65, 95, 96, 97, 127, 128, 129, 196, 257, 1000}) {
    key_counts.push_back(count);
  }
  for (const std::size_t words : word_counts) {
    for (const std::size_t keys : key_counts) {
      test::check_all_ways(layer, {many_words.data(), words, 8}, {many_keys.data(), keys, 12});
    }
  }
}

TEST_CASE("views with a stride are read as they lie") {
  const Matrix words = random_matrix(6, 40, 24), patches = random_matrix(35, 50, 25);
  test::check_all_ways(AttentionLayer({12, 20, 24, 3}), words.view().columns(9, 12), patches.view().columns(27, 20));
}

TEST_CASE("layers without biases") {
  AttentionLayer layer({10, 14, 12, 3});
  for (Matrix* bias : {&layer.query_bias, &layer.key_bias, &layer.value_bias, &layer.output_bias}) {
    for (float& value : bias->row(0)) value = 0;
  }
  const Matrix words = random_matrix(5, 10, 26), patches = random_matrix(31, 14, 27);
  test::check_all_ways(layer, words, patches);
  const CrossModalAttention none({Linear(PackedMatrix(layer.query), {}), Linear(PackedMatrix(layer.key), {}),
                                  Linear(PackedMatrix(layer.value), {}), Linear(PackedMatrix(layer.output), {})},
                                 3, "ca");
  for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded}) {
    test::check_close(none.forward(words, patches, {.keep = {.per_head = true}, .path = path}),
                      layer.expected(words, patches));
  }
}

TEST_CASE("cached keys give the plain path's numbers, bit for bit, call after call") {
  const AttentionLayer layer({24, 20, 24, 3});
  const CrossModalAttention attention = layer.attention();
  const Matrix patches = random_matrix(70, 20, 28);
  const KeyValueCache cache = attention.cache(patches);
  CHECK(cache.num_keys == 70);
  for (const std::size_t words : {1, 3, 16, 40}) {
    const Matrix asked = random_matrix(words, 24, static_cast<unsigned>(words));
    const KeepWeights keep{.per_head = true, .head_mean = true};
    const auto plain = attention.forward(asked, patches, {.keep = keep, .path = AttentionPath::plain});
    const auto cached = attention.forward(asked, cache, {.keep = keep});
    CHECK(test::equal(cached.output, plain.output));
    CHECK(test::equal(cached.weights.per_head, plain.weights.per_head));
    CHECK(test::equal(cached.weights.head_mean, plain.weights.head_mean));
  }
}
