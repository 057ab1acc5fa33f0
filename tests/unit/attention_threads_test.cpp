// Results do not depend on the number of threads, down to the last bit (support/checksums.hpp).
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "support/attention_layer.hpp"
#include "support/checksums.hpp"
#include "support/isa_line.hpp"

using namespace attnviz;
using namespace attnviz::attention;
using test::random_matrix;

namespace {

void add(test::Checksum& sum, const AttentionResult& result) {
  sum.add(result.output);
  sum.add(result.weights.per_head);
  sum.add(result.weights.head_mean);
  sum.add(result.weights.head_max);
  for (const auto& keys : result.weights.top) sum.add(std::as_bytes(std::span(keys)));
}

// What a block of words may leave out depends on which words are in it, so these change every 16 words and 256 keys.
bool one_third(std::size_t word, std::size_t key) { return key == 0 || (word / 16 + key / 256) % 3 == 0; }
bool all_or_first_half(std::size_t word, std::size_t key) { return word / 16 % 2 == 0 || key / 256 < 2; }

PairMask pairs_of(std::size_t words, std::size_t keys, bool (*attends)(std::size_t, std::size_t)) {
  std::vector<std::uint8_t> pairs(words * keys);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = attends(i / keys, i % keys) ? 1 : 0;
  return {words, keys, pairs};
}

unsigned long long checksum(const AttentionKind& kind, std::size_t words, std::size_t keys) {
  const test::AttentionLayer layer({48, 40, 48, 6});
  const CrossModalAttention attention = layer.attention(kind);
  const Matrix asked = random_matrix(words, 48, 100), patches = random_matrix(keys, 40, 101);
  std::vector<std::uint8_t> mask(keys, 1);
  mask[keys / 3] = 0;
  test::Checksum sum;
  AttentionOptions options{.mask = mask, .keep = {true, true, true, 5}};
  for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded, AttentionPath::cheapest}) {
    options.path = path;
    add(sum, attention.forward(asked, patches, options));
  }
  options.keep = {.head_mean = true};
  add(sum, attention.forward(asked, attention.cache(patches), options));
  if (kind.type == AttentionKind::Type::linear) return sum.value();
  for (const auto attends : {one_third, all_or_first_half}) {
    const PairMask pairs = pairs_of(words, keys, attends);
    options.pairs = &pairs;
    for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded}) {
      options.path = path;
      add(sum, attention.forward(asked, patches, options));
    }
  }
  return sum.value();
}

}  // namespace

TEST_CASE("1, 2, 5 and 8 threads leave the same bits") {
  const std::string one = test::checksums_with("1");
  CHECK(std::count(one.begin(), one.end(), '\n') == 13);
  for (const char* threads : {"2", "5", "8"}) CHECK(test::checksums_with(threads) == one);
}

TEST_CASE("checksums") {
  test::use_threads_asked_for();
  using Type = AttentionKind::Type;
  for (const AttentionKind kind : {AttentionKind{}, AttentionKind{Type::top_k, 8}, AttentionKind{Type::linear}}) {
    for (const auto& [words, keys] :
         {std::pair<std::size_t, std::size_t>{1, 2000}, {8, 196}, {96, 1024}, {200, 700}, {33, 33000}}) {
      if (keys > 10000 && kind.type != Type::softmax) continue;  // memory decides there, the same for all kinds
      std::printf("checksum %d %zu %zu %016llx\n", static_cast<int>(kind.type), words, keys,
                  checksum(kind, words, keys));
    }
  }
}
