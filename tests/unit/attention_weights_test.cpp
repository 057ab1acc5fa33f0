// What is kept of the weights: the collector by itself, and as attention gives it.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "attention/strongest_keys.hpp"
#include "attention/weight_collector.hpp"
#include "support/attention_layer.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::attention;
using test::AttentionLayer;
using test::random_matrix;

namespace {

constexpr KeepWeights kEverything{.per_head = true, .head_mean = true, .head_max = true, .top_k = 5};

// Top keys of each row by plain sorting.
std::vector<std::vector<KeyWeight>> sorted_top(const Matrix& mean, std::size_t count) {
  std::vector<std::vector<KeyWeight>> top;
  const auto keys = reference::top_keys(reference::DoubleMatrix(mean), count);
  for (std::size_t word = 0; word < mean.rows(); ++word) {
    top.emplace_back();
    for (const std::size_t key : keys[word]) top.back().push_back({static_cast<std::uint32_t>(key), mean(word, key)});
  }
  return top;
}

bool equal(const std::vector<KeyWeight>& a, const std::vector<KeyWeight>& b) {
  return std::ranges::equal(a, b, [](KeyWeight x, KeyWeight y) { return x.key == y.key && x.weight == y.weight; });
}

AttentionWeights collect(const Matrix& rows, std::size_t num_heads, const KeepWeights& keep) {
  const std::size_t num_words = rows.rows() / num_heads;
  WeightCollector collector(num_heads, num_words, rows.cols(), keep);
  for (std::size_t word = num_words; word-- > 0;) {  // words in any order, heads in theirs
    for (std::size_t head = 0; head < num_heads; ++head) collector.add(head, word, rows.row(head * num_words + word));
  }
  return collector.finish();
}

void check_aggregates(const AttentionWeights& kept, const Matrix& per_head, std::size_t num_heads, std::size_t top_k) {
  const reference::DoubleMatrix exact(per_head);
  CHECK(test::max_error(kept.head_mean, reference::head_mean(exact, num_heads)) <= 1.2e-7);
  CHECK(test::max_error(kept.head_max, reference::head_max(exact, num_heads)) == 0);
  const auto top = sorted_top(kept.head_mean, top_k);
  REQUIRE(kept.top.size() == top.size());
  for (std::size_t word = 0; word < top.size(); ++word) CHECK(equal(kept.top[word], top[word]));
}

}  // namespace

TEST_CASE("the strongest of a stream, in pieces, equal ones by ascending key") {
  const std::vector<float> values{0.1f, 0.5f, 0.5f, 0.0f, 0.9f, 0.5f, 0.1f};
  for (const std::size_t piece : {1, 2, 3, 7}) {
    for (std::size_t count = 0; count <= 9; ++count) {
      StrongestKeys strongest(count);
      for (std::size_t i = 0; i < values.size(); i += piece) {
        strongest.add(std::span(values).subspan(i, std::min(piece, values.size() - i)), i);
      }
      std::vector<KeyWeight> want{{4, 0.9f}, {1, 0.5f}, {2, 0.5f}, {5, 0.5f}, {0, 0.1f}, {6, 0.1f}, {3, 0.0f}};
      want.resize(std::min(count, want.size()));
      CHECK(equal(strongest.take(), want));
    }
  }
}

TEST_CASE("the strongest of long rows are those that sorting finds; what is excluded never counts") {
  for (const std::size_t size : {63, 64, 65, 1000}) {
    Matrix row = random_matrix(1, size, static_cast<unsigned>(size));
    for (std::size_t i = 0; i < size; i += 3) row(0, i) = std::round(row(0, i));  // some equal ones
    for (const std::size_t count : {std::size_t{1}, std::size_t{5}, std::size_t{32}, size}) {
      StrongestKeys strongest(count);
      strongest.add(row.row(0));
      CHECK(equal(strongest.take(), sorted_top(row, count).front()));
    }
    for (std::size_t i = 2; i < size; ++i) row(0, i) = -INFINITY;
    StrongestKeys strongest(5);
    strongest.add(row.row(0));
    CHECK(strongest.take().size() == 2);
  }
}

TEST_CASE("the collector gives what was asked for and nothing else") {
  constexpr std::size_t kHeads = 3, kWords = 4, kKeys = 70;
  const Matrix rows = random_matrix(kHeads * kWords, kKeys, 70);
  Matrix positive(rows.rows(), kKeys);
  std::ranges::transform(rows.view().row(0).data(), rows.data() + rows.rows() * kKeys, positive.data(),
                         [](float value) { return std::fabs(value) / 4; });
  const AttentionWeights everything = collect(positive, kHeads, kEverything);
  CHECK(test::equal(everything.per_head, positive));
  check_aggregates(everything, positive, kHeads, 5);
  for (int choice = 0; choice < 16; ++choice) {
    const KeepWeights keep{(choice & 1) != 0, (choice & 2) != 0, (choice & 4) != 0, (choice & 8) != 0 ? 5U : 0U};
    const AttentionWeights kept = collect(positive, kHeads, keep);
    CHECK(test::equal(kept.per_head, keep.per_head ? everything.per_head : Matrix()));
    CHECK(test::equal(kept.head_mean, keep.head_mean ? everything.head_mean : Matrix()));
    CHECK(test::equal(kept.head_max, keep.head_max ? everything.head_max : Matrix()));
    REQUIRE(kept.top.size() == (keep.top_k > 0 ? kWords : 0));
    for (std::size_t word = 0; word < kept.top.size(); ++word) CHECK(equal(kept.top[word], everything.top[word]));
  }
}

TEST_CASE("attention: the kept weights agree with the reference and with each other, on every path") {
  const AttentionLayer layer({16, 12, 24, 4});
  for (const std::size_t words : {1, 6, 18}) {
    for (const std::size_t keys : {1, 3, 65, 200}) {
      const Matrix asked = random_matrix(words, 16, 71), patches = random_matrix(keys, 12, 72);
      const reference::Attention want = layer.expected(asked, patches);
      for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded}) {
        const auto kept = layer.attention().forward(asked, patches, {.keep = kEverything, .path = path}).weights;
        CHECK(test::max_error(kept.per_head, want.weights) <= 1e-6);
        CHECK(test::max_error(kept.head_mean, reference::head_mean(want.weights, 4)) <= 1e-6);
        CHECK(test::max_error(kept.head_max, reference::head_max(want.weights, 4)) <= 1e-6);
        CHECK(test::worst_row_sum(kept.head_mean) <= 1e-5);
        check_aggregates(kept, kept.per_head, 4, 5);
      }
    }
  }
}

TEST_CASE("attention: what is kept does not change what comes out") {
  const CrossModalAttention attention = AttentionLayer({16, 12, 24, 4}).attention();
  const Matrix words = random_matrix(7, 16, 73), patches = random_matrix(150, 12, 74);
  for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded}) {
    const AttentionResult everything = attention.forward(words, patches, {.keep = kEverything, .path = path});
    for (int choice = 0; choice < 16; ++choice) {
      const KeepWeights keep{(choice & 1) != 0, (choice & 2) != 0, (choice & 4) != 0, (choice & 8) != 0 ? 5U : 0U};
      const AttentionResult result = attention.forward(words, patches, {.keep = keep, .path = path});
      CAPTURE(choice);
      CHECK(test::equal(result.output, everything.output));
      CHECK(test::equal(result.weights.per_head, keep.per_head ? everything.weights.per_head : Matrix()));
      CHECK(test::equal(result.weights.head_mean, keep.head_mean ? everything.weights.head_mean : Matrix()));
      CHECK(test::equal(result.weights.head_max, keep.head_max ? everything.weights.head_max : Matrix()));
      REQUIRE(result.weights.top.size() == (keep.top_k > 0 ? 7 : 0));
      for (std::size_t word = 0; word < result.weights.top.size(); ++word) {
        CHECK(equal(result.weights.top[word], everything.weights.top[word]));
      }
    }
  }
}

TEST_CASE("attention: equal weights are listed by ascending key") {
  const CrossModalAttention attention = AttentionLayer({16, 16, 16, 2}).attention();
  const auto top = attention.forward(random_matrix(2, 16, 75), Matrix(100, 16), {.keep = {.top_k = 4}}).weights.top;
  for (const auto& keys : top) CHECK(equal(keys, {{0, 0.01f}, {1, 0.01f}, {2, 0.01f}, {3, 0.01f}}));
}
