// A file that is read piece by piece, wherever one likes: what is not asked for costs no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "arrays/source.hpp"

namespace attnviz::arrays {

class InputFile {
public:
  // Throws Error of the source's code: missing, not a regular file, empty, unreadable.
  explicit InputFile(Source source);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const Source& source() const { return source_; }
  int descriptor() const { return descriptor_; }
  std::uint64_t size() const { return size_; }
  // How many bytes were there to read at `offset`: fewer than asked for at the file's end or where reading fails.
  std::size_t read_some(std::uint64_t offset, std::span<std::byte> out) const noexcept;
  // All of them. Error where the file ends before.
  void read(std::uint64_t offset, std::span<std::byte> out) const;

private:
  Source source_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace attnviz::arrays
