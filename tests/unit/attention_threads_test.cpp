// Results do not depend on the number of threads, down to the last bit. The number can be set once a process, so this
// program starts itself with different ones and compares what its last test case prints.
#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "attnviz/core/parallel.hpp"
#include "support/attention_layer.hpp"
#include "support/isa_line.hpp"
#include "support/process.hpp"

using namespace attnviz;
using namespace attnviz::attention;
using test::random_matrix;

namespace {

const bool kThreadsSet = [] {
  if (const char* count = std::getenv("ATTNVIZ_TEST_THREADS")) set_num_threads(std::stoul(count));
  return true;
}();

// FNV-1a over the bits of all that comes in, 32 at a time.
class Checksum {
public:
  void add(const Matrix& matrix) { add(matrix.data(), matrix.rows() * matrix.cols() * sizeof(float)); }
  void add(const AttentionResult& result) {
    add(result.output);
    add(result.weights.per_head);
    add(result.weights.head_mean);
    add(result.weights.head_max);
    for (const auto& keys : result.weights.top) add(keys.data(), keys.size() * sizeof(KeyWeight));
  }
  std::uint64_t value() const { return value_; }

private:
  void add(const void* data, std::size_t size) {
    std::vector<std::uint32_t> words(size / sizeof(std::uint32_t));
    if (size > 0) std::memcpy(words.data(), data, size);
    for (const std::uint32_t word : words) value_ = (value_ ^ word) * 1099511628211U;
  }
  std::uint64_t value_ = 14695981039346656037U;
};

// 16 words attend to one third of the keys, 256 at a time: what a block of words may leave out depends on its size.
PairMask stripes(std::size_t words, std::size_t keys) {
  std::vector<std::uint8_t> attends(words * keys);
  for (std::size_t i = 0; i < attends.size(); ++i) attends[i] = (i / keys / 16 + i % keys / 256) % 3 == 0 ? 1 : 0;
  for (std::size_t word = 0; word < words; ++word) attends[word * keys] = 1;
  return {words, keys, attends};
}

std::uint64_t checksum(const AttentionKind& kind, std::size_t words, std::size_t keys) {
  const test::AttentionLayer layer({48, 40, 48, 6});
  const CrossModalAttention attention = layer.attention(kind);
  const Matrix asked = random_matrix(words, 48, 100), patches = random_matrix(keys, 40, 101);
  std::vector<std::uint8_t> mask(keys, 1);
  mask[keys / 3] = 0;
  Checksum sum;
  AttentionOptions options{.mask = mask, .keep = {true, true, true, 5}};
  for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded, AttentionPath::cheapest}) {
    options.path = path;
    sum.add(attention.forward(asked, patches, options));
  }
  options.keep = {.head_mean = true};
  sum.add(attention.forward(asked, attention.cache(patches), options));
  if (kind.type == AttentionKind::Type::linear) return sum.value();
  const PairMask pairs = stripes(words, keys);
  options.pairs = &pairs;
  for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded}) {
    options.path = path;
    sum.add(attention.forward(asked, patches, options));
  }
  return sum.value();
}

std::string lines_with(const std::string& threads) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const test::Outcome outcome =
      test::run({self, "--test-case=checksums"}, {".", {{"ATTNVIZ_TEST_THREADS", threads}}, ""});
  CHECK(outcome.exit_code == 0);
  std::string lines;
  for (std::size_t begin = outcome.out.find("checksum "); begin != std::string::npos;
       begin = outcome.out.find("checksum ", begin + 1)) {
    lines += outcome.out.substr(begin, outcome.out.find('\n', begin) - begin) + "\n";
  }
  return lines;
}

}  // namespace

TEST_CASE("1, 2 and 5 threads leave the same bits") {
  const std::string one = lines_with("1");
  CHECK(std::count(one.begin(), one.end(), '\n') == 10);
  CHECK(lines_with("2") == one);
  CHECK(lines_with("5") == one);
}

TEST_CASE("checksums") {
  REQUIRE(kThreadsSet);
  if (const char* count = std::getenv("ATTNVIZ_TEST_THREADS")) CHECK(num_threads() == std::stoul(count));
  using Type = AttentionKind::Type;
  for (const AttentionKind kind : {AttentionKind{}, AttentionKind{Type::top_k, 8}, AttentionKind{Type::linear}}) {
    for (const auto& [words, keys] :
         {std::pair<std::size_t, std::size_t>{1, 2000}, {8, 196}, {200, 700}, {33, 33000}}) {
      if (keys > 10000 && kind.type != Type::softmax) continue;  // memory decides there, the same for all kinds
      const auto sum = static_cast<unsigned long long>(checksum(kind, words, keys));
      std::printf("checksum %d %zu %zu %016llx\n", static_cast<int>(kind.type), words, keys, sum);
    }
  }
}
