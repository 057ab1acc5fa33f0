// One layer in many hands at once: the first calls of all paths come together, some of them from inside parallel_for.
#include <doctest/doctest.h>
#include <unistd.h>

#include <barrier>
#include <thread>
#include <vector>

#include "attnviz/core/parallel.hpp"
#include "support/attention_layer.hpp"

using namespace attnviz;
using namespace attnviz::attention;
using test::random_matrix;

namespace {

constexpr unsigned kDeadlockSeconds = 60;  // a healthy run takes far less than one
constexpr std::size_t kThreads = 4;

struct Calls {
  test::AttentionLayer layer{{64, 96, 128, 4}};
  Matrix words = random_matrix(6, 64, 130), patches = random_matrix(300, 96, 131);

  AttentionResult make(const CrossModalAttention& attention, AttentionPath path) const {
    return attention.forward(words, patches, {.keep = {.head_mean = true}, .path = path});
  }
};

bool same(const AttentionResult& a, const AttentionResult& b) {
  return test::equal(a.output, b.output) && test::equal(a.weights.head_mean, b.weights.head_mean);
}

// Thread i runs body(i), all from the same moment on.
void together(std::size_t count, const auto& body) {
  std::barrier start(static_cast<std::ptrdiff_t>(count));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("first calls of one layer from several threads, some inside parallel_for: the results of one thread") {
  set_num_threads(3);
  alarm(kDeadlockSeconds);
  const Calls calls;
  for (const AttentionPath path : {AttentionPath::plain, AttentionPath::folded}) {
    const AttentionResult alone = calls.make(calls.layer.attention(), path);
    for (int round = 0; round < 50; ++round) {
      const CrossModalAttention fresh = calls.layer.attention();  // has folded nothing yet
      std::vector<AttentionResult> direct(kThreads), nested(2 * kThreads);
      together(kThreads + 1, [&](std::size_t thread) {
        if (thread < kThreads) {
          direct[thread] = calls.make(fresh, path);
        } else {
          parallel_for(nested.size(), [&](std::size_t i) { nested[i] = calls.make(fresh, path); });
        }
      });
      for (const AttentionResult& result : direct) CHECK(same(result, alone));
      for (const AttentionResult& result : nested) CHECK(same(result, alone));
    }
  }
  alarm(0);
}
