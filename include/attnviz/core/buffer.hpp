// Uninitialised, cache-aligned floats, for memory that is filled at once (packed weights, activations of a layer):
// a Matrix would write zeros first, which costs as much as the work itself where buffers are large.
#pragma once

#include <cstddef>
#include <memory>

#include "attnviz/core/matrix.hpp"

namespace attnviz {

class Buffer {
public:
  Buffer() = default;
  explicit Buffer(std::size_t size) : values_(CacheAlignedAllocator<float>().allocate(size)), size_(size) {}

  std::size_t size() const { return size_; }
  float* data() { return values_.get(); }
  const float* data() const { return values_.get(); }

private:
  struct Free {
    void operator()(float* values) const { CacheAlignedAllocator<float>().deallocate(values, 0); }
  };
  std::unique_ptr<float, Free> values_;
  std::size_t size_ = 0;
};

}  // namespace attnviz
