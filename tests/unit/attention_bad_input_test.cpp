// What does not fit is refused in a sentence that names the tensor, with both shapes or the row at fault.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

#include "support/attention_layer.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::attention;
using test::AttentionLayer;
using test::contains;
using test::error_of;
using test::random_matrix;

namespace {

constexpr AttentionPath kPaths[] = {AttentionPath::cheapest, AttentionPath::plain, AttentionPath::folded};
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::string place(int row, int col) { return "[" + std::to_string(row) + ", " + std::to_string(col) + "]"; }

// What forward says on every path and with cached keys; the same each time.
std::string refusal(const CrossModalAttention& attention, ConstMatrixView words, ConstMatrixView patches,
                    AttentionOptions options = {}) {
  const std::string cached = error_of([&] { attention.forward(words, attention.cache(patches), options); });
  for (const AttentionPath path : kPaths) {
    options.path = path;
    CHECK(error_of([&] { attention.forward(words, patches, options); }) == cached);
  }
  CAPTURE(cached);
  CHECK(cached.starts_with("ca"));
  return cached;
}

}  // namespace

TEST_CASE("shapes that do not fit the layer") {
  const CrossModalAttention attention = AttentionLayer({16, 12, 16, 4}).attention();
  const Matrix words(3, 16), patches(5, 12);
  CHECK(contains(refusal(attention, Matrix(3, 15), patches), {"words", "[3, 15]", "[16, 16]"}));
  CHECK(contains(refusal(attention, words, Matrix(5, 16)), {"patches", "[5, 16]", "[16, 12]"}));
  CHECK(contains(refusal(attention, Matrix(0, 16), patches), {"words", "[0, 16]"}));
  CHECK(contains(refusal(attention, words, Matrix(0, 12)), {"patches", "[0, 12]"}));
}

TEST_CASE("masks of another shape") {
  const CrossModalAttention attention = AttentionLayer({16, 12, 16, 4}).attention();
  const Matrix words = random_matrix(3, 16, 110), patches = random_matrix(5, 12, 111);
  const std::vector<std::uint8_t> mask(4, 1);
  CHECK(contains(refusal(attention, words, patches, {.mask = mask}), {"mask", "[4]", "5"}));
  const PairMask keys(3, 4, std::vector<std::uint8_t>(12, 1)), queries(2, 5, std::vector<std::uint8_t>(10, 1));
  CHECK(contains(refusal(attention, words, patches, {.pairs = &keys}), {"pair mask", "[3, 4]", "[3, 5]"}));
  CHECK(contains(refusal(attention, words, patches, {.pairs = &queries}), {"pair mask", "[2, 5]", "[3, 5]"}));
}

TEST_CASE("a word with no key left to attend to") {
  const CrossModalAttention attention = AttentionLayer({16, 12, 16, 4}).attention();
  const Matrix words = random_matrix(3, 16, 112), patches = random_matrix(5, 12, 113);
  const std::vector<std::uint8_t> none(5, 0);
  CHECK(contains(refusal(attention, words, patches, {.mask = none}), {"mask", "5 keys are masked"}));
  std::vector<std::uint8_t> attends(15, 1);
  for (std::size_t key = 0; key < 5; ++key) attends[5 + key] = 0;
  const PairMask row(3, 5, attends);
  CHECK(contains(refusal(attention, words, patches, {.pairs = &row}), {"pair mask", "word 1"}));
  attends[5] = 1;  // the one key that the other mask forbids
  const PairMask crossed(3, 5, attends);
  const std::vector<std::uint8_t> mask{0, 1, 1, 1, 1};
  CHECK(contains(refusal(attention, words, patches, {.mask = mask, .pairs = &crossed}), {"pair mask", "word 1"}));
  CHECK(error_of([&] { attention.forward(words, patches, {.pairs = &crossed}); }) == "no error");
}

TEST_CASE("NaN and infinity in words and patches") {
  const CrossModalAttention attention = AttentionLayer({16, 12, 16, 4}).attention();
  const Matrix words = random_matrix(9, 16, 114), patches = random_matrix(70, 12, 115);
  for (const float broken : {std::nanf(""), kInfinity, -kInfinity}) {
    const std::string what = std::isnan(broken) ? "NaN" : "infinite";
    for (const auto& [row, col] : {std::pair{0, 0}, {4, 7}, {8, 15}}) {
      Matrix wrong = words;
      wrong(row, col) = broken;
      CHECK(contains(refusal(attention, wrong, patches), {"words", place(row, col), what}));
    }
    for (const auto& [row, col] : {std::pair{0, 0}, {33, 6}, {69, 11}}) {
      Matrix wrong = patches;
      wrong(row, col) = broken;
      CHECK(contains(refusal(attention, words, wrong), {"patches", place(row, col), what}));
    }
  }
}

TEST_CASE("NaN and infinity in the layer's own weights") {
  const Matrix words = random_matrix(3, 16, 116), patches = random_matrix(20, 12, 117);
  const std::vector<Matrix AttentionLayer::*> weights{
      &AttentionLayer::query,      &AttentionLayer::key,        &AttentionLayer::value,      &AttentionLayer::output,
      &AttentionLayer::query_bias, &AttentionLayer::value_bias, &AttentionLayer::output_bias};
  for (const auto weight : weights) {
    for (const float broken : {std::nanf(""), kInfinity, -kInfinity}) {
      AttentionLayer layer({16, 12, 16, 4});
      (layer.*weight)(0, 5) = broken;
      for (const AttentionPath path : kPaths) {
        CHECK(contains(error_of([&] { layer.attention().forward(words, patches, {.path = path}); }), {"ca", "finite"}));
      }
    }
  }
}

TEST_CASE("numbers that overflow on the way are an error, not NaN in a picture") {
  const Matrix words = random_matrix(2, 16, 118), patches = random_matrix(4, 16, 119);
  CHECK(contains(refusal(AttentionLayer({16, 16, 16, 2}, 1e25f).attention(), words, patches), {"finite"}));
  AttentionLayer wide({16, 16, 16, 2});
  for (std::size_t i = 0; i < 16 * 16; ++i) wide.value.data()[i] = 1e38f;
  CHECK(contains(refusal(wide.attention(), words, random_matrix(4, 16, 119, 10.0f)), {"finite"}));
}

TEST_CASE("layers whose parts do not fit each other") {
  CHECK(contains(error_of([] { AttentionLayer({16, 16, 16, 3}).attention(); }), {"ca", "16", "3 heads"}));
  CHECK(contains(error_of([] { AttentionLayer({16, 16, 16, 0}).attention(); }), {"ca", "0 heads"}));
  CHECK(contains(error_of([] { AttentionLayer({16, 16, 4, 8}).attention(); }), {"ca", "4", "8 heads"}));
  AttentionLayer layer({16, 16, 16, 4});
  layer.key = Matrix(8, 16);
  layer.key_bias = Matrix(1, 8);
  CHECK(contains(error_of([&] { layer.attention(); }), {"ca.key", "[8, 16]", "[16, 16]"}));
  layer = AttentionLayer({16, 16, 16, 4});
  layer.value = Matrix(16, 12);
  CHECK(contains(error_of([&] { layer.attention(); }), {"ca.value", "[16, 12]", "[16, 16]"}));
  layer = AttentionLayer({16, 16, 16, 4});
  layer.output = Matrix(16, 8);
  CHECK(contains(error_of([&] { layer.attention(); }), {"ca.output", "[16, 8]", "[16, 16]"}));
}

TEST_CASE("kinds that make no sense") {
  using Type = AttentionKind::Type;
  const AttentionLayer layer({16, 12, 16, 4});
  CHECK(contains(error_of([&] { layer.attention({Type::top_k, 0}); }), {"ca", "top-k", "0 keys"}));
  const PairMask pairs(3, 5, std::vector<std::uint8_t>(15, 1));
  CHECK(contains(refusal(layer.attention({Type::linear}), Matrix(3, 16), Matrix(5, 12), {.pairs = &pairs}),
                 {"pair mask", "linear"}));
}

TEST_CASE("keys and values of another layer, or none") {
  const CrossModalAttention attention = AttentionLayer({16, 12, 128, 4}).attention();
  const Matrix words = random_matrix(3, 16, 120), patches = random_matrix(5, 12, 121);
  const auto refusal_of = [&](const KeyValueCache& keys) { return error_of([&] { attention.forward(words, keys); }); };
  const KeyValueCache other = AttentionLayer({16, 12, 128, 8}).attention().cache(patches);  // of the same size
  CHECK(contains(refusal_of(other), {"keys and values", "[8, 5, 16]", "[4, keys, 32]"}));
  const KeyValueCache narrower = AttentionLayer({16, 12, 100, 4}).attention().cache(patches);  // padded to the same
  CHECK(contains(refusal_of(narrower), {"keys and values", "[4, 5, 25]", "[4, keys, 32]"}));
  CHECK(contains(refusal_of({}), {"keys and values", "[0, 0, 0]"}));
  KeyValueCache hollow = attention.cache(patches);
  hollow.value = Buffer(1);
  CHECK(contains(refusal_of(hollow), {"keys and values"}));
  CHECK_NOTHROW(attention.forward(words, attention.cache(patches)));
}
