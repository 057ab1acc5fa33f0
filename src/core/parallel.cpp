#include "attnviz/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace attnviz {
namespace {

std::atomic<std::size_t> requested_threads{0};
thread_local bool inside_parallel_for = false;

// One call of parallel_for: workers take the next index until none is left.
struct Job {
  std::size_t count = 0;
  const std::function<void(std::size_t)>* body = nullptr;
  std::atomic<std::size_t> next{0};
  std::mutex error_mutex;
  std::exception_ptr error;

  void work() {
    inside_parallel_for = true;
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) {
      try {
        (*body)(i);
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!error) error = std::current_exception();
      }
    }
    inside_parallel_for = false;
  }
};

// Waits until the value is another than `old`. The calls of one inference follow each other within microseconds, which
// is less than it takes to put a thread to sleep and wake it: so it looks for a while before it sleeps.
// It does not yield meanwhile: a thread that others are let past may wait for milliseconds.
template <typename T>
void wait_for_change(const std::atomic<T>& value, T old) {
  constexpr int kLooks = 2000;  // a few tens of microseconds
  for (int look = 0; look < kLooks; ++look) {
    if (value.load(std::memory_order_acquire) != old) return;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");  // the instruction of that name: only a hint to the core
#endif
  }
  value.wait(old, std::memory_order_acquire);
}

class Pool {
public:
  // Where the system gives fewer threads than asked for, those that there are do the work.
  explicit Pool(std::size_t num_workers) {
    try {
      for (std::size_t i = 0; i < num_workers; ++i) workers_.emplace_back([this] { loop(); });
    } catch (const std::system_error&) {
    }
  }
  ~Pool() {
    start(nullptr);
    for (std::thread& worker : workers_) worker.join();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void run(Job& job) {
    const std::lock_guard one_caller(caller_mutex_);
    busy_.store(workers_.size(), std::memory_order_relaxed);
    start(&job);
    job.work();
    for (std::size_t busy = busy_; busy != 0; busy = busy_) wait_for_change(busy_, busy);
  }

private:
  void start(Job* job) {
    job_ = job;
    generation_.fetch_add(1, std::memory_order_release);
    generation_.notify_all();
  }

  void loop() {
    for (std::uint32_t seen = 0;; ++seen) {
      wait_for_change(generation_, seen);
      if (job_ == nullptr) return;
      job_->work();
      if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
    }
  }

  std::mutex caller_mutex_;
  std::vector<std::thread> workers_;
  Job* job_ = nullptr;  // null: the end
  std::atomic<std::uint32_t> generation_{0};
  std::atomic<std::size_t> busy_{0};
};

Pool& pool() {
  static Pool the_pool(num_threads() - 1);
  return the_pool;
}

}  // namespace

void set_num_threads(std::size_t count) { requested_threads = count; }

std::size_t num_threads() {
  static const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());  // asked once: it reads a file
  const std::size_t requested = requested_threads;
  return requested > 0 ? requested : cores;
}

void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (count == 1 || inside_parallel_for || num_threads() == 1) {
    for (std::size_t i = 0; i < count; ++i) body(i);
    return;
  }
  Job job;
  job.count = count;
  job.body = &body;
  pool().run(job);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace attnviz
