// Strategies leave the same bits whatever the number of threads (support/checksums.hpp), and on every run.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "support/checksums.hpp"
#include "support/fusion_views.hpp"

using namespace attnviz;
using namespace attnviz::fusion;

TEST_CASE("1, 2 and 5 threads leave the same bits") {
  const std::string one = test::checksums_with("1");
  CHECK(static_cast<std::size_t>(std::count(one.begin(), one.end(), '\n')) == test::all_configs().size());
  for (const char* threads : {"2", "5"}) CHECK(test::checksums_with(threads) == one);
}

TEST_CASE("checksums") {
  test::use_threads_asked_for();
  const test::View view(9, 11);
  const Matrix words = test::random_matrix(5, test::kDim, 3);
  std::size_t number = 0;
  for (const nlohmann::json& config : test::all_configs()) {
    CAPTURE(config.dump());
    const auto strategy = test::random_strategy(config, test::kDim);
    const Fused fused = strategy->run(words, view.tokens());
    CHECK(test::same(fused, strategy->run(words, view.tokens())));
    test::Checksum sum;
    sum.add(fused.words);
    sum.add(std::as_bytes(std::span(fused.maps[0].weights)));
    sum.add(std::as_bytes(std::span(fused.maps[0].nothing)));
    std::printf("checksum %zu %016llx\n", number++, sum.value());
  }
}
