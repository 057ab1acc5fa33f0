#include "attnviz/core/buffer.hpp"

#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace attnviz {
namespace {

constexpr std::size_t kCacheLine = 64, kHugePage = std::size_t{2} << 20;
constexpr std::size_t kChunkFloats = 2 * kHugePage / sizeof(float);

std::size_t round_up(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

std::shared_ptr<float> allocate(std::size_t size) {
  const std::size_t bytes = size * sizeof(float);
  const bool large = bytes >= kHugePage;
  const std::align_val_t alignment{large ? kHugePage : kCacheLine};
  const std::size_t whole = large ? round_up(bytes, kHugePage) : bytes;
  void* memory = ::operator new(whole, alignment);
#ifdef __linux__
  if (large) ::madvise(memory, whole, MADV_HUGEPAGE);  // advice: where it is not taken, all works the same
#endif
  return {static_cast<float*>(memory), [alignment](float* values) { ::operator delete(values, alignment); }};
}

}  // namespace

Buffer::Buffer(std::size_t size) : values_(allocate(size)), size_(size) {}

Buffer BufferArena::take(std::size_t size) {
  const std::size_t needed = round_up(size, kCacheLine / sizeof(float));
  if (needed > kChunkFloats / 4) return Buffer(size);  // would leave too much of a chunk unused
  if (used_ + needed > chunk_.size()) {
    chunk_ = Buffer(kChunkFloats);
    used_ = 0;
  }
  float* begin = chunk_.data() + used_;
  used_ += needed;
  return {std::shared_ptr<float>(chunk_.values_, begin), size};
}

}  // namespace attnviz
