// Attention on inputs that break careless implementations.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "support/attention_layer.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::attention;
using test::AttentionLayer;
using test::random_matrix;

namespace {

Matrix repeated(const Matrix& row, std::size_t count) {
  Matrix matrix(count, row.cols());
  for (std::size_t r = 0; r < count; ++r) std::ranges::copy(row.row(0), matrix.row(r).begin());
  return matrix;
}

// A layer of one head whose scores are words patches^T / sqrt(dim), exactly as given.
AttentionLayer identity_layer(std::size_t dim) {
  AttentionLayer layer({dim, dim, dim, 1});
  for (Matrix* weight : {&layer.query, &layer.key}) {
    *weight = Matrix(dim, dim);
    for (std::size_t i = 0; i < dim; ++i) (*weight)(i, i) = 1;
  }
  layer.query_bias = layer.key_bias = Matrix(1, dim);
  return layer;
}

}  // namespace

TEST_CASE("huge scores: one key takes all, nothing overflows") {
  const Matrix words = random_matrix(4, 16, 30), patches = random_matrix(140, 16, 31);
  for (const float gain : {300.0f, 1e5f, 1e15f}) {
    CAPTURE(gain);
    test::check_all_ways(AttentionLayer({16, 16, 16, 2}, gain), words, patches);
  }
}

TEST_CASE("scores that grow or fall from key to key, far beyond the range of exp") {
  for (const float direction : {1.0f, -1.0f}) {
    Matrix words(3, 4), patches(300, 4);
    for (std::size_t w = 0; w < 3; ++w) words(w, 0) = 8;
    for (std::size_t p = 0; p < 300; ++p) patches(p, 0) = direction * static_cast<float>(p);
    for (std::size_t p = 0; p < 300; ++p) patches(p, 2) = p % 7 == 0 ? 1.0f : -1.0f;  // something for the values
    test::check_all_ways(identity_layer(4), words, patches);
  }
}

TEST_CASE("equal keys share, however high their score, wherever they lie") {
  const Matrix words = random_matrix(5, 16, 32);
  for (const float gain : {1.0f, 300.0f, 1e5f, 1e15f}) {
    for (const std::size_t keys : {2, 40, 97, 131}) {
      CAPTURE(gain);
      test::check_all_ways(AttentionLayer({16, 16, 16, 2}, gain), words, repeated(random_matrix(1, 16, 33), keys));
    }
  }
}

TEST_CASE("two equal keys far apart outweigh all others") {
  const AttentionLayer layer = identity_layer(4);
  Matrix words(1, 4), patches(200, 4);
  words(0, 0) = 1e4f;
  patches(3, 0) = patches(190, 0) = 1e4f;
  test::check_all_ways(layer, words, patches);
  const auto weights = layer.attention().forward(words, patches, {.keep = {.per_head = true}}).weights.per_head;
  CHECK(weights(0, 3) == 0.5f);
  CHECK(weights(0, 190) == 0.5f);
  CHECK(weights(0, 4) == 0.0f);
}

TEST_CASE("scores at the end of float's range are weighed right or refused, masks or not") {
  const AttentionLayer layer = identity_layer(1);
  std::vector<std::uint8_t> mask(400, 0);
  for (std::size_t key = 3; key < 23; ++key) mask[key] = 1;
  for (const float size : {1e18f, 1.7e19f, 1.8e19f}) {  // scores of plus and minus its square: up to 3.24e38
    Matrix words(2, 1), patches(400, 1);
    words(0, 0) = -size;
    words(1, 0) = size;
    for (std::size_t key = 0; key < 400; ++key) patches(key, 0) = size;
    for (const bool masked : {false, true}) {
      const reference::Rules rules{.mask = masked ? KeyMask(mask) : KeyMask()};
      for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded}) {
        const AttentionOptions options{.mask = rules.mask, .keep = {.per_head = true}, .path = path};
        Matrix weights;
        const std::string refusal =
            test::error_of([&] { weights = layer.attention().forward(words, patches, options).weights.per_head; });
        CAPTURE(size);
        if (refusal == "no error") {
          CHECK(test::max_error(weights, layer.expected(words, patches, rules).weights) <= 1e-6);
        } else {
          CHECK(size * size >= 3e38f);  // what stands for "masked" among scores
          CHECK(test::contains(refusal, {"ca", "finite"}));
        }
      }
    }
  }
}

TEST_CASE("zeros: an empty image, an empty word") {
  const AttentionLayer layer({16, 16, 16, 2});
  test::check_all_ways(layer, random_matrix(4, 16, 34), Matrix(40, 16));
  test::check_all_ways(layer, Matrix(4, 16), random_matrix(40, 16, 35));
  test::check_all_ways(layer, Matrix(1, 16), Matrix(1, 16));
}

TEST_CASE("denormal numbers in inputs and weights") {
  constexpr float kTiny = 1e-40f;
  const Matrix words = random_matrix(4, 16, 36, kTiny), patches = random_matrix(40, 16, 37, kTiny);
  const Matrix plain_words = random_matrix(4, 16, 38), plain_patches = random_matrix(40, 16, 39);
  AttentionLayer layer({16, 16, 16, 2});
  test::check_all_ways(layer, words, patches);
  test::check_all_ways(layer, words, plain_patches);
  test::check_all_ways(layer, plain_words, patches);
  layer.query = random_matrix(16, 16, 40, kTiny);
  test::check_all_ways(layer, plain_words, plain_patches);
  layer.key = random_matrix(16, 16, 41, kTiny);
  layer.value = random_matrix(16, 16, 42, kTiny);
  test::check_all_ways(layer, plain_words, plain_patches);
}

TEST_CASE("weights so small that they are denormal or vanish") {
  Matrix words(2, 4), patches(120, 4);
  words(0, 0) = words(1, 0) = 2;  // scores equal the first column
  for (std::size_t p = 0; p < 120; ++p) patches(p, 0) = -static_cast<float>(p);
  test::check_all_ways(identity_layer(4), words, patches);
}

TEST_CASE("values much larger than what they sum to") {
  AttentionLayer layer({16, 16, 16, 2});
  for (float& bias : layer.value_bias.row(0)) bias = 1e4f;
  test::check_all_ways(layer, random_matrix(6, 16, 43), random_matrix(100, 16, 44));
}

TEST_CASE("one word, one patch: its weight is one") {
  const AttentionLayer layer({6, 4, 6, 3});
  const Matrix word = random_matrix(1, 6, 45, 50.0f), patch = random_matrix(1, 4, 46, 50.0f);
  test::check_all_ways(layer, word, patch);
  const auto weights = layer.attention().forward(word, patch, {.keep = {.per_head = true}}).weights.per_head;
  for (std::size_t head = 0; head < 3; ++head) CHECK(weights(head, 0) == 1.0f);
}
