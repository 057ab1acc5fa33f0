// Cross-attention and its reference against PyTorch's nn.MultiheadAttention (make_attention_fixture.py).
#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "attention/reference.hpp"
#include "attnviz/attention/cross_attention.hpp"
#include "support/fixture.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::attention;

namespace {

struct Case {
  std::string name;
  std::size_t num_heads;
  bool has_bias = true, has_mask = false, has_pairs = false;
  AttentionKind kind{};
};

struct Expected {
  Matrix words, patches, output, weights, mean;
  std::vector<Matrix> weight;            // query, key, value, output
  std::vector<std::vector<float>> bias;  // alike; empty ones where the case has none
  std::vector<std::uint8_t> mask;
  std::optional<PairMask> pairs;

  const PairMask* pair_mask() const { return pairs ? &*pairs : nullptr; }
  reference::Projections projections() const {
    return {{weight[0], bias[0]}, {weight[1], bias[1]}, {weight[2], bias[2]}, {weight[3], bias[3]}};
  }
};

Expected read(const test::Fixture& fixture, const Case& c) {
  const auto matrix = [&](const std::string& name) { return fixture.matrix(c.name + "." + name); };
  Expected expected{matrix("words"),
                    matrix("patches"),
                    matrix("expected_output"),
                    matrix("expected_weights"),
                    matrix("expected_mean"),
                    {},
                    {},
                    {},
                    {}};
  for (const std::string part : {"query", "key", "value", "output"}) {
    expected.weight.push_back(matrix(part + ".weight"));
    expected.bias.emplace_back();
    if (c.has_bias) expected.bias.back() = fixture.values<float>(c.name + "." + part + ".bias");
  }
  if (c.has_mask) expected.mask = fixture.values<std::uint8_t>(c.name + ".mask");
  if (c.has_pairs) {
    expected.pairs.emplace(expected.words.rows(), expected.patches.rows(),
                           fixture.values<std::uint8_t>(c.name + ".pairs"));
  }
  return expected;
}

Matrix to_floats(const reference::DoubleMatrix& exact) {
  Matrix matrix(exact.rows, exact.cols);
  for (std::size_t i = 0; i < exact.values.size(); ++i) matrix.data()[i] = static_cast<float>(exact.values[i]);
  return matrix;
}

void check(const Case& c, const Expected& expected) {
  const auto [q, k, v, o] = expected.projections();
  const CrossModalAttention attention({Linear(q), Linear(k), Linear(v), Linear(o)}, c.num_heads, "ca", c.kind);
  AttentionOptions options{
      .mask = expected.mask, .pairs = expected.pair_mask(), .keep = {.per_head = true, .head_mean = true}};
  for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded}) {
    options.path = path;
    const auto [output, kept] = attention.forward(expected.words, expected.patches, options);
    CHECK(test::max_difference(kept.per_head, expected.weights) <= 1e-6);
    CHECK(test::max_difference(kept.head_mean, expected.mean) <= 1e-6);
    CHECK(test::max_difference(output, expected.output) <= 1e-5);
  }
}

void check_reference(const Case& c, const Expected& expected) {
  const auto [output, weights] =
      reference::cross_attention(expected.words, expected.patches, expected.projections(), c.num_heads,
                                 {.mask = expected.mask, .pairs = expected.pair_mask(), .kind = c.kind});
  CHECK(test::max_difference(to_floats(weights), expected.weights) <= 1e-7);
  CHECK(test::max_difference(to_floats(reference::head_mean(weights, c.num_heads)), expected.mean) <= 1e-7);
  CHECK(test::max_difference(to_floats(output), expected.output) <= 1e-6);
}

}  // namespace

TEST_CASE("PyTorch's MultiheadAttention, and its weights replaced by those of the other kinds") {
  const test::Fixture fixture("attention.safetensors");
  constexpr AttentionKind kTop4{AttentionKind::Type::top_k, 4}, kLinear{AttentionKind::Type::linear};
  const std::vector<Case> cases{{"key_mask", 3, true, true},
                                {"no_bias", 4, false},
                                {"pair_mask", 2, true, false, true},
                                {"both_masks", 4, true, true, true},
                                {"self", 2},
                                {"self_pair_mask", 3, false, false, true},
                                {"one_word_one_key", 2},
                                {"top_4", 2, true, false, false, kTop4},
                                {"linear", 2, true, false, false, kLinear},
                                {"linear_key_mask", 2, true, true, false, kLinear}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Expected expected = read(fixture, c);
    check_reference(c, expected);
    check(c, expected);
  }
}
