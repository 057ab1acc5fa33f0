// Cross-attention and its reference against PyTorch's nn.MultiheadAttention (make_fixtures.py).
#include <doctest/doctest.h>

#include "attention/reference.hpp"
#include "attnviz/attention/cross_attention.hpp"
#include "support/fixture.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::attention;

TEST_CASE("PyTorch's MultiheadAttention with a key mask") {
  const test::Fixture fixture("attention.safetensors");
  const auto weight = [&](const std::string& name) { return fixture.matrix(name + ".weight"); };
  const auto bias = [&](const std::string& name) { return fixture.values<float>(name + ".bias"); };
  const Matrix query = weight("query"), key = weight("key"), value = weight("value"), output = weight("output");
  const auto query_bias = bias("query"), key_bias = bias("key"), value_bias = bias("value");
  const auto output_bias = bias("output");
  const LinearView q{query, query_bias}, k{key, key_bias}, v{value, value_bias}, o{output, output_bias};
  const Matrix words = fixture.matrix("words"), patches = fixture.matrix("patches");
  const Matrix expected_output = fixture.matrix("expected_output"),
               expected_weights = fixture.matrix("expected_weights");
  const auto mask = fixture.values<std::uint8_t>("mask");

  const auto [got, kept] = CrossModalAttention({Linear(q), Linear(k), Linear(v), Linear(o)}, 3, "ca")
                               .forward(words, patches, {.mask = mask, .keep = {.per_head = true}});
  CHECK(test::max_difference(kept.per_head, expected_weights) <= 1e-6);
  CHECK(test::max_difference(got, expected_output) <= 1e-5);

  const reference::Attention plain = reference::cross_attention(words, patches, {q, k, v, o}, 3, {.mask = mask});
  const std::vector<float> plain_weights(plain.weights.values.begin(), plain.weights.values.end());
  const std::vector<float> plain_output(plain.output.values.begin(), plain.output.values.end());
  CHECK(test::max_difference(plain_weights, fixture.values<float>("expected_weights")) <= 1e-6);
  CHECK(test::max_difference(plain_output, fixture.values<float>("expected_output")) <= 1e-5);
}
