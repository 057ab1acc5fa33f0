// Buffers without zeroing, the arena that cuts many out of few, and memory that is used again.
#include <doctest/doctest.h>

#include <cstdint>
#include <thread>
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

bool aligned(const Buffer& buffer) { return reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0; }

// Where a recycled buffer lay that is gone again.
const float* used(std::size_t size) { return Buffer::recycled(size).data(); }

}  // namespace

TEST_CASE("buffers of any size are aligned and writable to the end") {
  for (const std::size_t size : {1u, 17u, 524287u, 524288u, 700001u}) {
    Buffer buffer(size);
    CHECK(aligned(buffer));
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
      CHECK(aligned(buffers.back()));
      fill(buffers.back(), static_cast<float>(i));
    }
  }
  buffers.erase(buffers.begin());
  for (std::size_t i = 0; i < buffers.size(); ++i) CHECK(holds(buffers[i], static_cast<float>(i + 1)));
}

TEST_CASE("recycled memory is given out again, aligned and whole, and to one at a time") {
  for (const std::size_t size : {17000u, 50000u, 700001u}) {
    CAPTURE(size);
    const float* before = used(size);
    const Buffer fresh(size);  // would lie there had the memory gone back to the system
    CHECK(fresh.data() != before);
    Buffer again = Buffer::recycled(size), beside = Buffer::recycled(size);
    CHECK(again.data() == before);
    CHECK(again.size() == size);
    for (Buffer* buffer : {&again, &beside}) {
      CHECK(aligned(*buffer));
      fill(*buffer, buffer == &again ? 1.0f : 2.0f);
    }
    CHECK(holds(again, 1.0f));
    CHECK(holds(beside, 2.0f));
  }
}

TEST_CASE("a request gets recycled memory that is somewhat larger, but not much") {
  for (const std::size_t size : {80000u, 400000u, 2621440u}) {
    CAPTURE(size);
    const float* before = used(size);
    const Buffer small = Buffer::recycled(size / 3);
    CHECK((small.data() < before || small.data() >= before + size));
    CHECK(Buffer::recycled(size - size / 4).data() == before);
    const Buffer large = Buffer::recycled(size + size / 8);
    CHECK(large.data() != before);
  }
}

TEST_CASE("recycled memory may be given back by another thread") {
  Buffer buffer = Buffer::recycled(123456);
  const float* before = buffer.data();
  std::thread([mine = std::move(buffer)]() mutable { mine = Buffer(); }).join();
  CHECK(Buffer::recycled(123456).data() == before);
}
