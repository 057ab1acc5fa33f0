#include "attnviz/core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
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
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void run(Job& job) {
    const std::lock_guard one_caller(caller_mutex_);
    {
      const std::lock_guard lock(mutex_);
      job_ = &job;
      ++generation_;
      busy_ = workers_.size();
    }
    wake_.notify_all();
    job.work();
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return busy_ == 0; });
  }

private:
  void loop() {
    std::size_t seen = 0;
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return stopping_ || generation_ != seen; });
      if (stopping_) return;
      seen = generation_;
      Job* job = job_;
      lock.unlock();
      job->work();
      lock.lock();
      if (--busy_ == 0) idle_.notify_one();
    }
  }

  std::mutex caller_mutex_, mutex_;
  std::condition_variable wake_, idle_;
  std::vector<std::thread> workers_;
  Job* job_ = nullptr;
  std::size_t generation_ = 0, busy_ = 0;
  bool stopping_ = false;
};

Pool& pool() {
  static Pool the_pool(num_threads() - 1);
  return the_pool;
}

}  // namespace

void set_num_threads(std::size_t count) { requested_threads = count; }

std::size_t num_threads() {
  const std::size_t requested = requested_threads;
  return requested > 0 ? requested : std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

void parallel_for(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (count == 1 || num_threads() == 1 || inside_parallel_for) {
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
