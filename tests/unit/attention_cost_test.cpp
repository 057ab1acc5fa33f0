// The cost model, counted by hand.
#include <doctest/doctest.h>

#include <stdexcept>

#include "attnviz/attention/cost.hpp"

using namespace attnviz::attention;

TEST_CASE("multiply-adds of both paths, with four widths") {
  AttentionShape shape{.num_words = 3, .num_keys = 50, .num_heads = 4};
  shape.word_dim = 20, shape.patch_dim = 36, shape.model_dim = 64, shape.out_dim = 28;
  // Q: 3 * 20 * 64; output: 3 * 64 * 28
  // plain: K and V 2 * 50 * 36 * 64; scores and sums 2 * 3 * 50 * 64
  CHECK(multiply_adds(shape, AttentionPath::plain) == 3840 + 5376 + 230400 + 19200);
  // folded: queries into patch space and means out of it 2 * 3 * 36 * 64; scores and sums 2 * 4 * 3 * 50 * 36
  CHECK(multiply_adds(shape, AttentionPath::folded) == 3840 + 5376 + 13824 + 43200);
  CHECK_THROWS_AS(multiply_adds(shape, AttentionPath::cheapest), std::logic_error);
}

TEST_CASE("heads are computed in whole panels of 16 columns") {
  AttentionShape narrow{.num_words = 3, .num_keys = 50, .num_heads = 4};
  narrow.word_dim = narrow.out_dim = 20, narrow.patch_dim = 36, narrow.model_dim = 4 * 24;
  AttentionShape whole = narrow;
  whole.model_dim = 4 * 32;
  const auto keys_part = [](const AttentionShape& shape) {  // K, V, scores and sums: what grows with the keys
    AttentionShape one_more = shape;
    ++one_more.num_keys;
    return multiply_adds(one_more, AttentionPath::plain) - multiply_adds(shape, AttentionPath::plain);
  };
  CHECK(keys_part(narrow) == 2 * 36 * 128 + 2 * 3 * 128);
  CHECK(keys_part(narrow) == keys_part(whole));
}

TEST_CASE("few words fold, many do not") {
  AttentionShape shape{.num_words = 8, .num_keys = 196, .num_heads = 8};
  shape.word_dim = shape.patch_dim = shape.model_dim = shape.out_dim = 256;
  CHECK(cheapest_path(shape) == AttentionPath::folded);
  shape.num_words = 256;
  CHECK(cheapest_path(shape) == AttentionPath::plain);
}
