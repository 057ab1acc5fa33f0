// Softmax and multi-head cross-attention against the double-precision reference (weights 1e-6, outputs 1e-5).
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "attention/kernels/isa.hpp"
#include "attention/reference.hpp"
#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/core/error.hpp"
#include "support/isa_line.hpp"
#include "support/random_matrix.hpp"

using namespace attnviz;
using namespace attnviz::attention;

namespace {

// Weights of one layer, kept plain for the reference.
struct Layer {
  Matrix query, key, value, output;                      // [out, in]
  Matrix query_bias, key_bias, value_bias, output_bias;  // [1, out]
  std::size_t num_heads;

  Layer(std::size_t word_dim, std::size_t patch_dim, std::size_t model_dim, std::size_t heads, float gain = 1.0f)
      : query(weight(model_dim, word_dim, 1, gain)),
        key(weight(model_dim, patch_dim, 2, gain)),
        value(weight(model_dim, patch_dim, 3, 1.0f)),
        output(weight(word_dim, model_dim, 4, 1.0f)),
        query_bias(test::random_matrix(1, model_dim, 5, 0.1f)),
        key_bias(test::random_matrix(1, model_dim, 6, 0.1f)),
        value_bias(test::random_matrix(1, model_dim, 7, 0.1f)),
        output_bias(test::random_matrix(1, word_dim, 8, 0.1f)),
        num_heads(heads) {}

  static Matrix weight(std::size_t out, std::size_t in, unsigned seed, float gain) {
    return test::random_matrix(out, in, seed, gain / std::sqrt(static_cast<float>(in)));
  }
  LinearView query_view() const { return {query, query_bias.row(0)}; }
  LinearView key_view() const { return {key, key_bias.row(0)}; }
  LinearView value_view() const { return {value, value_bias.row(0)}; }
  LinearView output_view() const { return {output, output_bias.row(0)}; }

  CrossModalAttention attention() const {
    return {{Linear(query_view()), Linear(key_view()), Linear(value_view()), Linear(output_view())}, num_heads, "ca"};
  }
  reference::Attention expected(ConstMatrixView words, ConstMatrixView patches, KeyMask mask) const {
    return reference::cross_attention(words, patches, query_view(), key_view(), value_view(), output_view(), num_heads,
                                      mask);
  }
};

double worst(const Matrix& got, const reference::DoubleMatrix& want) {
  REQUIRE(got.rows() == want.rows);
  REQUIRE(got.cols() == want.cols);
  double difference = 0;
  for (std::size_t i = 0; i < want.values.size(); ++i) {
    const double here = std::fabs(got.data()[i] - want.values[i]);
    difference = here <= difference ? difference : here;  // NaN counts
  }
  return difference;
}

void check_against_reference(const Layer& layer, const Matrix& words, const Matrix& patches, KeyMask mask = {}) {
  const auto [output, kept] = layer.attention().forward(words, patches, {.mask = mask, .keep = {.per_head = true}});
  const Matrix& weights = kept.per_head;
  const reference::Attention expected = layer.expected(words, patches, mask);
  CHECK(worst(weights, expected.weights) <= 1e-6);
  CHECK(worst(output, expected.output) <= 1e-5);
  for (std::size_t r = 0; r < weights.rows(); ++r) {
    double sum = 0;
    for (const float weight : weights.row(r)) sum += weight;
    CHECK(sum == doctest::Approx(1.0).epsilon(1e-6));
  }
}

std::string error_of(const auto& body) {
  try {
    body();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::model);
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("softmax of adversarial rows") {
  std::vector<float> huge{1e30f, -1e30f, 1e30f};
  REQUIRE(softmax(huge));
  CHECK(huge[0] == 0.5f);
  CHECK(huge[1] == 0.0f);
  std::vector<float> equal(7, -3e38f);
  REQUIRE(softmax(equal));
  for (const float weight : equal) CHECK(weight == doctest::Approx(1.0 / 7).epsilon(1e-7));
  std::vector<float> one{-5.0f};
  REQUIRE(softmax(one));
  CHECK(one[0] == 1.0f);
  std::vector<float> close{20000.0f, 20000.0f - 0.5f};
  REQUIRE(softmax(close));
  CHECK(std::fabs(close[0] - 1.0 / (1.0 + std::exp(-0.5))) < 1e-7);
}

TEST_CASE("softmax leaves masked keys at zero, whatever they hold, and says where there is no answer") {
  const std::vector<std::uint8_t> mask{0, 1, 1}, none{0, 0, 0};
  std::vector<float> row{NAN, 0.0f, 0.0f};
  REQUIRE(softmax(row, mask));
  CHECK(row == std::vector<float>{0.0f, 0.5f, 0.5f});
  std::vector<float> masked(3, 1.0f), broken{1.0f, NAN}, infinite{INFINITY, 1.0f}, empty;
  CHECK_FALSE(softmax(masked, none));
  CHECK_FALSE(softmax(broken));
  CHECK_FALSE(softmax(infinite));
  CHECK_FALSE(softmax(empty));
}

TEST_CASE("cross-attention agrees with the reference for all kinds of shapes, on every instruction set") {
  struct Case {
    std::size_t words, keys, word_dim, patch_dim, model_dim, heads;
  };
  const std::vector<Case> cases{{1, 1, 8, 8, 8, 1},      {1, 397, 64, 64, 64, 8},   {8, 196, 192, 192, 192, 8},
                                {3, 1, 12, 12, 12, 4},   {5, 33, 20, 36, 21, 3},    {2, 50, 7, 5, 15, 5},
                                {64, 17, 24, 24, 24, 2}, {8, 576, 256, 128, 128, 4}};
  for (const std::string& isa : available_isas()) {
    force_isa(isa);
    for (const Case& c : cases) {
      CAPTURE(isa);
      CAPTURE(c.words);
      CAPTURE(c.keys);
      CAPTURE(c.model_dim);
      check_against_reference(Layer(c.word_dim, c.patch_dim, c.model_dim, c.heads),
                              test::random_matrix(c.words, c.word_dim, 20),
                              test::random_matrix(c.keys, c.patch_dim, 21));
    }
  }
  force_isa("");
}

TEST_CASE("adversarial inputs") {
  const Matrix words = test::random_matrix(4, 16, 30), patches = test::random_matrix(40, 16, 31);
  SUBCASE("huge logits: one key takes all") {
    const Layer layer(16, 16, 16, 2, 300.0f);
    const Matrix weights = layer.attention().forward(words, patches, {.keep = {.per_head = true}}).weights.per_head;
    CHECK(worst(weights, layer.expected(words, patches, {}).weights) <= 1e-6);
  }
  SUBCASE("equal keys share") {
    Matrix same(40, 16);
    for (std::size_t r = 0; r < 40; ++r) std::ranges::copy(patches.row(0), same.row(r).begin());
    check_against_reference(Layer(16, 16, 16, 2), words, same);
  }
  SUBCASE("a zero image") { check_against_reference(Layer(16, 16, 16, 2), words, Matrix(40, 16)); }
  SUBCASE("some keys masked") {
    std::vector<std::uint8_t> mask(40, 1);
    for (std::size_t i = 0; i < 40; i += 3) mask[i] = 0;
    const Layer layer(16, 16, 16, 2);
    check_against_reference(layer, words, patches, mask);
    const Matrix weights =
        layer.attention().forward(words, patches, {.mask = mask, .keep = {.per_head = true}}).weights.per_head;
    for (std::size_t r = 0; r < weights.rows(); ++r) {
      for (std::size_t i = 0; i < 40; i += 3) CHECK(weights(r, i) == 0.0f);
    }
  }
  SUBCASE("all keys but one masked") {
    std::vector<std::uint8_t> mask(40, 0);
    mask[39] = 1;
    check_against_reference(Layer(16, 16, 16, 2), words, patches, mask);
  }
}

TEST_CASE("masked keys have no influence at all") {
  const Layer layer(16, 16, 16, 4);
  const Matrix words = test::random_matrix(3, 16, 40);
  Matrix patches = test::random_matrix(10, 16, 41);
  std::vector<std::uint8_t> mask(10, 1);
  mask[4] = 0;
  const Matrix before = layer.attention().forward(words, patches, {.mask = mask}).output;
  for (float& value : patches.row(4)) value = 1e6f;
  const Matrix after = layer.attention().forward(words, patches, {.mask = mask}).output;
  for (std::size_t i = 0; i < 3 * 16; ++i) CHECK(before.data()[i] == after.data()[i]);
}

TEST_CASE("errors name the tensor and both shapes") {
  const CrossModalAttention attention = Layer(16, 12, 16, 4).attention();
  const Matrix words(3, 16), patches(5, 12);
  const std::string bad_words = error_of([&] { attention.forward(Matrix(3, 15), patches); });
  CHECK(contains(bad_words, "words"));
  CHECK(contains(bad_words, "[3, 15]"));
  CHECK(contains(bad_words, "[16, 16]"));
  const std::string bad_patches = error_of([&] { attention.forward(words, Matrix(5, 16)); });
  CHECK(contains(bad_patches, "patches"));
  CHECK(contains(bad_patches, "[5, 16]"));
  CHECK(contains(bad_patches, "[16, 12]"));
  CHECK(contains(error_of([&] { attention.forward(words, Matrix(0, 12)); }), "nothing to attend to"));
  const std::vector<std::uint8_t> none(5, 0), wrong(4, 1);
  CHECK(contains(error_of([&] { attention.forward(words, patches, {.mask = none}); }), "masked"));
  const std::string bad_mask = error_of([&] { attention.forward(words, patches, {.mask = wrong}); });
  CHECK(contains(bad_mask, "[4]"));
  CHECK(contains(bad_mask, "[5, 12]"));

  const std::string heads = error_of([] { Layer(16, 16, 16, 3).attention(); });
  CHECK(contains(heads, "16"));
  CHECK(contains(heads, "3 heads"));
  CHECK(contains(error_of([] { Layer(16, 16, 16, 0).attention(); }), "0 heads"));
  Layer unequal(16, 16, 16, 4);
  unequal.key = Matrix(8, 16);
  unequal.key_bias = Matrix(1, 8);
  const std::string bad_key = error_of([&] { unequal.attention(); });
  CHECK(contains(bad_key, "ca.key"));
  CHECK(contains(bad_key, "[8, 16]"));
  CHECK(contains(bad_key, "[16, 16]"));
}

TEST_CASE("numbers that overflow are an error, not NaN in a picture") {
  const CrossModalAttention attention = Layer(16, 16, 16, 2, 1e25f).attention();
  CHECK(contains(error_of([&] { attention.forward(test::random_matrix(2, 16, 1), test::random_matrix(4, 16, 2)); }),
                 "not finite"));
}
