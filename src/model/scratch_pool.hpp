// Memory that tasks on several threads borrow for a while: as many buffers as there are threads at work, used again and
// again, instead of one a task.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "attnviz/core/buffer.hpp"

namespace attnviz::model {

class ScratchPool {
public:
  // `size`: floats of every buffer.
  explicit ScratchPool(std::size_t size) : size_(size) {}

  // Calls use(float*) with a buffer that no other task has meanwhile.
  template <typename Use>
  void with_buffer(const Use& use) {
    Buffer buffer = take();
    use(buffer.data());
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(buffer));
  }

private:
  Buffer take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return Buffer(size_);
    Buffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }

  std::size_t size_;
  std::mutex mutex_;
  std::vector<Buffer> free_;
};

}  // namespace attnviz::model
