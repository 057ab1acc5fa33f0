// Key masks and pair masks: what they hold, and attention under them.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "support/attention_layer.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::attention;
using test::AttentionLayer;
using test::random_matrix;

namespace {

// Each is set with the given probability; at least one of each row of `cols`.
std::vector<std::uint8_t> random_mask(std::size_t rows, std::size_t cols, double probability, unsigned seed) {
  std::mt19937 random(seed);
  std::bernoulli_distribution set(probability);
  std::vector<std::uint8_t> mask(rows * cols);
  for (std::uint8_t& value : mask) value = set(random) ? 1 : 0;
  for (std::size_t row = 0; row < rows; ++row) mask[row * cols + random() % cols] = 1;
  return mask;
}

std::size_t distance(std::size_t a, std::size_t b) { return a > b ? a - b : b - a; }

}  // namespace

TEST_CASE("the neighbourhood graph of a grid") {
  for (const std::size_t radius :
       {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{9}, std::numeric_limits<std::size_t>::max()}) {
    constexpr std::size_t kRows = 4, kCols = 7;
    const PairMask mask = PairMask::neighbourhood(kRows, kCols, radius);
    REQUIRE(mask.num_queries() == kRows * kCols);
    REQUIRE(mask.num_keys() == kRows * kCols);
    for (std::size_t a = 0; a < kRows * kCols; ++a) {
      for (std::size_t b = 0; b < kRows * kCols; ++b) {
        const bool near = distance(a / kCols, b / kCols) <= radius && distance(a % kCols, b % kCols) <= radius;
        CHECK((mask.row(a)[b] != 0) == near);
      }
    }
  }
}

TEST_CASE("a block-sparse pattern, with cut blocks at the borders") {
  const std::vector<std::uint8_t> blocks{1, 0, 1, 0, 1, 0};  // [2, 3]
  const PairMask mask = PairMask::block_sparse(6, 11, 4, blocks);
  for (std::size_t query = 0; query < 6; ++query) {
    for (std::size_t key = 0; key < 11; ++key) CHECK(mask.row(query)[key] == blocks[query / 4 * 3 + key / 4]);
  }
}

TEST_CASE("how many of a stretch of keys a query attends to") {
  constexpr std::size_t kKeys = 150;
  std::vector<std::uint8_t> attends(2 * kKeys);
  for (std::size_t i = 0; i < attends.size(); ++i) attends[i] = i % 7 < 3 ? static_cast<std::uint8_t>(i % 7) : 0;
  const PairMask mask(2, kKeys, attends);
  for (std::size_t query = 0; query < 2; ++query) {
    for (std::size_t first = 0; first <= kKeys; ++first) {
      std::size_t count = 0;
      for (std::size_t end = first; end <= kKeys; ++end) {
        REQUIRE(mask.num_attended(query, first, end - first) == count);
        if (end < kKeys && mask.row(query)[end] != 0) ++count;
      }
    }
  }
}

TEST_CASE("masks whose sizes do not fit are programmer mistakes") {
  CHECK_THROWS_AS(PairMask(2, 3, std::vector<std::uint8_t>(5)), std::logic_error);
  const std::vector<std::uint8_t> blocks(4, 1);
  CHECK_THROWS_AS(PairMask::block_sparse(6, 11, 4, blocks), std::logic_error);
  CHECK_THROWS_AS(PairMask::block_sparse(6, 11, 0, blocks), std::logic_error);
}

TEST_CASE("attention under key masks") {
  const AttentionLayer layer({16, 12, 16, 4});
  for (const std::size_t keys : {2, 40, 64, 65, 129, 300}) {
    const Matrix words = random_matrix(5, 16, 50), patches = random_matrix(keys, 12, 51);
    for (const double probability : {0.0, 0.1, 0.5, 0.9}) {  // 0: all masked but one
      CAPTURE(probability);
      const auto mask = random_mask(1, keys, probability, static_cast<unsigned>(keys));
      test::check_all_ways(layer, words, patches, {.mask = mask});
      const auto result = layer.attention().forward(words, patches, {.mask = mask, .keep = {.per_head = true}});
      for (std::size_t row = 0; row < result.weights.per_head.rows(); ++row) {
        for (std::size_t key = 0; key < keys; ++key) {
          if (mask[key] == 0) CHECK(result.weights.per_head(row, key) == 0.0f);
        }
      }
    }
  }
}

TEST_CASE("the only key left is the first or the last") {
  const AttentionLayer layer({16, 16, 16, 2});
  for (const std::size_t only : {0, 39}) {
    std::vector<std::uint8_t> mask(40, 0);
    mask[only] = 1;
    test::check_all_ways(layer, random_matrix(4, 16, 52), random_matrix(40, 16, 53), {.mask = mask});
  }
}

TEST_CASE("masked keys have no influence at all") {
  const AttentionLayer layer({16, 16, 16, 4});
  const Matrix words = random_matrix(3, 16, 54);
  Matrix patches = random_matrix(70, 16, 55);
  std::vector<std::uint8_t> mask(70, 1);
  mask[4] = mask[69] = 0;
  const std::vector<std::uint8_t> columns = random_mask(3, 70, 0.7, 56);
  std::vector<std::uint8_t> pairs = columns;
  for (std::size_t word = 0; word < 3; ++word) pairs[word * 70 + 4] = pairs[word * 70 + 69] = 0;
  const PairMask pair_mask(3, 70, pairs);
  for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded}) {
    const auto by_key = [&] { return layer.attention().forward(words, patches, {.mask = mask, .path = path}).output; };
    const auto by_pair = [&] {
      return layer.attention().forward(words, patches, {.pairs = &pair_mask, .path = path}).output;
    };
    const Matrix key_before = by_key(), pair_before = by_pair();
    for (const std::size_t masked : {4, 69}) {
      for (float& value : patches.row(masked)) value = value > 1e5f ? -1e6f : 1e6f;
    }
    CHECK(test::equal(by_key(), key_before));
    CHECK(test::equal(by_pair(), pair_before));
  }
}

TEST_CASE("attention over the neighbourhood graph") {
  const AttentionLayer layer({12, 12, 12, 3});
  for (const std::size_t radius : {0, 1, 3}) {
    const PairMask pairs = PairMask::neighbourhood(9, 15, radius);
    const Matrix patches = random_matrix(9 * 15, 12, 57);
    test::check_all_ways(layer, patches, patches, {.pairs = &pairs});
  }
}

TEST_CASE("block-sparse attention: whole stretches of keys are left out") {
  const AttentionLayer layer({12, 12, 12, 3});
  for (const std::size_t block : {1, 16, 50}) {
    const std::size_t rows = (40 + block - 1) / block, cols = (300 + block - 1) / block;
    const auto blocks = random_mask(rows, cols, 0.2, static_cast<unsigned>(block));
    const PairMask pairs = PairMask::block_sparse(40, 300, block, blocks);
    test::check_all_ways(layer, random_matrix(40, 12, 58), random_matrix(300, 12, 59), {.pairs = &pairs});
  }
}

TEST_CASE("random pair masks, and both masks at once") {
  const AttentionLayer layer({8, 8, 8, 2});
  for (const std::size_t words : {1, 7, 33}) {
    for (const std::size_t keys : {3, 65, 129}) {
      const Matrix asked = random_matrix(words, 8, 60), patches = random_matrix(keys, 8, 61);
      const PairMask pairs(words, keys, random_mask(words, keys, 0.3, static_cast<unsigned>(words + keys)));
      test::check_all_ways(layer, asked, patches, {.pairs = &pairs});
      std::vector<std::uint8_t> mask(keys, 1), attends = random_mask(words, keys, 0.3, 62);
      mask[keys / 2] = 0;
      for (std::size_t word = 0; word < words; ++word) attends[word * keys] = 1;
      const PairMask both(words, keys, attends);
      test::check_all_ways(layer, asked, patches, {.mask = mask, .pairs = &both});
    }
  }
}
