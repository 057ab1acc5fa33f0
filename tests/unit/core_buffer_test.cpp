// Buffers without zeroing, and the arena that cuts many out of few.
#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "attnviz/core/buffer.hpp"

using attnviz::Buffer;
using attnviz::BufferArena;

namespace {

void fill(Buffer& buffer, float value) {
  for (std::size_t i = 0; i < buffer.size(); ++i) buffer.data()[i] = value;
}

bool holds(const Buffer& buffer, float value) {
  for (std::size_t i = 0; i < buffer.size(); ++i) {
    if (buffer.data()[i] != value) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("buffers of any size are aligned and writable to the end") {
  for (const std::size_t size : {1u, 17u, 524287u, 524288u, 700001u}) {
    Buffer buffer(size);
    CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
    fill(buffer, 3.0f);
    CHECK(holds(buffer, 3.0f));
  }
  CHECK(Buffer().size() == 0);
}

TEST_CASE("buffers of an arena do not overlap and outlive it") {
  std::vector<Buffer> buffers;
  {
    BufferArena arena;
    for (std::size_t i = 0; i < 60; ++i) {
      buffers.push_back(arena.take(1 + i * 7919));  // some through the chunks, the last ones too large for them
      CHECK(reinterpret_cast<std::uintptr_t>(buffers.back().data()) % 64 == 0);
      fill(buffers.back(), static_cast<float>(i));
    }
  }
  buffers.erase(buffers.begin());
  for (std::size_t i = 0; i < buffers.size(); ++i) CHECK(holds(buffers[i], static_cast<float>(i + 1)));
}
