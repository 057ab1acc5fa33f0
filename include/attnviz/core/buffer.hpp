// Uninitialised, cache-aligned floats, for memory that is filled at once (packed weights, activations of a layer); a
// Matrix writes zeros first. Large buffers ask for huge pages: with pages of 4 KiB, being given the memory takes
// as long as a layer's work.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace attnviz {

class Buffer {
public:
  Buffer() = default;
  explicit Buffer(std::size_t size);

  // Memory that calls need again and again: comes from a store of the process, which keeps up to 48 MiB, and goes back
  // to it, since asking the system for it anew takes as long as using it. From and on any thread.
  // Less than 64 KiB is just new.
  static Buffer recycled(std::size_t size);

  std::size_t size() const { return size_; }
  float* data() { return values_.get(); }
  const float* data() const { return values_.get(); }

private:
  friend class BufferArena;
  Buffer(std::shared_ptr<float> values, std::size_t size) : values_(std::move(values)), size_(size) {}

  std::shared_ptr<float> values_;  // of an arena's buffer: keeps the whole chunk alive
  std::size_t size_ = 0;
};

// Cuts many buffers that live equally long (the weights of a model) out of few large ones. For one thread.
class BufferArena {
public:
  Buffer take(std::size_t size);

private:
  Buffer chunk_;
  std::size_t used_ = 0, taken_ = 0;  // of this chunk, of all
};

}  // namespace attnviz
