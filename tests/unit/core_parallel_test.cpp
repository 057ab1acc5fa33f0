// The pool of threads.
#include "attnviz/core/parallel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using attnviz::num_threads;
using attnviz::parallel_for;

namespace {

// More threads than most machines have cores, so that the pool is at work on any. Before the first parallel_for.
const bool kThreadsSet = [] {
  attnviz::set_num_threads(5);
  return true;
}();

}  // namespace

TEST_CASE("every index once") {
  REQUIRE(kThreadsSet);
  CHECK(num_threads() == 5);
  for (const std::size_t count : {0, 1, 2, 5, 6, 1000}) {
    std::vector<std::atomic<int>> calls(count);
    parallel_for(count, [&](std::size_t i) { ++calls[i]; });
    CHECK(std::ranges::all_of(calls, [](const std::atomic<int>& n) { return n == 1; }));
  }
}

TEST_CASE("several threads share the work") {
  std::atomic<int> waiting{0};
  // Both bodies return only when both have begun: on one thread this would never end.
  parallel_for(2, [&](std::size_t) {
    ++waiting;
    while (waiting < 2) std::this_thread::yield();
  });
  CHECK(waiting == 2);
}

TEST_CASE("calls in quick succession do not get in each other's way") {
  long total = 0;
  for (int round = 0; round < 2000; ++round) {
    std::atomic<int> sum{0};
    parallel_for(7, [&](std::size_t i) { sum += static_cast<int>(i); });
    total += sum;
  }
  CHECK(total == 2000 * 21);
}

TEST_CASE("an exception comes out, and the pool lives on") {
  for (int round = 0; round < 20; ++round) {
    CHECK_THROWS_WITH_AS(parallel_for(100,
                                      [](std::size_t i) {
                                        if (i == 50) throw std::runtime_error("fifty");
                                      }),
                         "fifty", std::runtime_error);
  }
  std::atomic<int> calls{0};
  parallel_for(10, [&](std::size_t) { ++calls; });
  CHECK(calls == 10);
}

TEST_CASE("an inner call runs on the thread of its caller") {
  std::atomic<int> calls{0}, strays{0};
  parallel_for(8, [&](std::size_t) {
    const auto caller = std::this_thread::get_id();
    parallel_for(8, [&](std::size_t) {
      ++calls;
      if (std::this_thread::get_id() != caller) ++strays;
    });
  });
  CHECK(calls == 64);
  CHECK(strays == 0);
}

TEST_CASE("callers on several threads") {
  std::atomic<int> calls{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) parallel_for(9, [&](std::size_t) { ++calls; });
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(calls == 4 * 100 * 9);
}
