// Bytes that are read from front to back, with leaps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "arrays/input_file.hpp"

namespace attnviz::arrays {

class ByteStream {
public:
  virtual ~ByteStream() = default;
  // `offset`: no smaller than where the read before ended. Error where the stream ends before.
  virtual void read(std::uint64_t offset, std::span<std::byte> out) = 0;
  // After the last read: Error where what was read is not what was written, as far as the file tells.
  virtual void finish() {}
};

// A part of a file.
class FilePart : public ByteStream {
public:
  FilePart(const InputFile& file, std::uint64_t begin) : file_(file), begin_(begin) {}
  void read(std::uint64_t offset, std::span<std::byte> out) override { file_.read(begin_ + offset, out); }

private:
  const InputFile& file_;
  std::uint64_t begin_;
};

}  // namespace attnviz::arrays
