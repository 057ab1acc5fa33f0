#include "attnviz/core/buffer.hpp"

#include <algorithm>
#include <mutex>
#include <new>
#include <vector>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace attnviz {
namespace {

constexpr std::size_t kCacheLine = 64, kHugePage = std::size_t{2} << 20;
constexpr std::size_t kLeastChunk = 2 * kHugePage / sizeof(float), kMostChunk = 32 * kHugePage / sizeof(float);

constexpr std::size_t kLeastRecycled = std::size_t{16} << 10;  // the system is quick to give what is smaller

std::size_t round_up(std::size_t value, std::size_t unit) { return (value + unit - 1) / unit * unit; }

// What is really asked for: large pieces are whole huge pages.
std::size_t allocated_floats(std::size_t size) {
  return size * sizeof(float) >= kHugePage ? round_up(size, kHugePage / sizeof(float)) : size;
}

std::shared_ptr<float> allocate(std::size_t size) {
  const std::size_t whole = allocated_floats(size) * sizeof(float);
  const bool large = whole >= kHugePage;
  const std::align_val_t alignment{large ? kHugePage : kCacheLine};
  void* memory = ::operator new(whole, alignment);
#ifdef __linux__
  if (large) ::madvise(memory, whole, MADV_HUGEPAGE);  // advice: where it is not taken, all works the same
#endif
  return {static_cast<float*>(memory), [alignment](float* values) { ::operator delete(values, alignment); }};
}

// Memory that was given back, the latest last.
class Store {
public:
  // The smallest piece that `size` floats fit in without much waste; null: none.
  std::shared_ptr<float> take(std::size_t size, std::size_t& capacity) {
    const std::lock_guard lock(mutex_);
    std::size_t best = pieces_.size();
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const std::size_t has = pieces_[i].capacity;
      const bool fits = has >= size && has <= kMaxWaste * size + kCacheLine;
      if (fits && (best == pieces_.size() || has < pieces_[best].capacity)) best = i;
    }
    if (best == pieces_.size()) return nullptr;
    const Piece piece = pieces_[best];
    pieces_.erase(pieces_.begin() + static_cast<std::ptrdiff_t>(best));
    held_ -= piece.capacity;
    capacity = piece.capacity;
    return piece.values;
  }

  // Where there is no memory to remember a piece, it is simply freed: this runs in destructors.
  void put(std::shared_ptr<float> values, std::size_t capacity) noexcept {
    const std::lock_guard lock(mutex_);
    try {
      pieces_.push_back({std::move(values), capacity});
    } catch (const std::bad_alloc&) {
      return;
    }
    held_ += capacity;
    while (held_ > kMaxHeld) {  // the oldest go
      held_ -= pieces_.front().capacity;
      pieces_.erase(pieces_.begin());
    }
  }

private:
  static constexpr std::size_t kMaxWaste = 2, kMaxHeld = std::size_t{12} << 20;  // 48 MiB
  struct Piece {
    std::shared_ptr<float> values;
    std::size_t capacity;
  };
  std::mutex mutex_;
  std::vector<Piece> pieces_;
  std::size_t held_ = 0;
};

Store& store() {
  static Store& the_store = *new Store;  // outlives every buffer
  return the_store;
}

}  // namespace

Buffer Buffer::recycled(std::size_t size) {
  if (size < kLeastRecycled) return Buffer(size);
  std::size_t capacity = allocated_floats(size);
  std::shared_ptr<float> values = store().take(size, capacity);
  if (!values) values = allocate(size);
  float* begin = values.get();
  return {{begin, [owner = std::move(values), capacity](float*) mutable { store().put(std::move(owner), capacity); }},
          size};
}

Buffer::Buffer(std::size_t size) : values_(size > 0 ? allocate(size) : nullptr), size_(size) {}

Buffer BufferArena::take(std::size_t size) {
  const std::size_t needed = round_up(size, kCacheLine / sizeof(float));
  // Chunks grow with the model: each piece for itself would be rounded up to huge pages.
  const std::size_t chunk = std::clamp(taken_, kLeastChunk, kMostChunk);
  taken_ += needed;
  if (needed > chunk / 4) return Buffer(size);  // would leave too much of a chunk unused
  if (used_ + needed > chunk_.size()) {
    chunk_ = Buffer(chunk);
    used_ = 0;
  }
  float* begin = chunk_.data() + used_;
  used_ += needed;
  return {std::shared_ptr<float>(chunk_.values_, begin), size};
}

}  // namespace attnviz
