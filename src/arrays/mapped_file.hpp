// A file's bytes, mapped read-only into memory.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "arrays/source.hpp"

namespace attnviz::arrays {

struct MappedFile {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> keep_alive;  // the bytes are valid while this lives
};

// Throws Error of the source's code: missing, not a regular file, empty, unreadable.
MappedFile map_file(const Source& source);

// Gives back the memory that holds bytes of a mapped file; reading them again reads the file again.
void drop_pages(std::span<const std::byte> bytes);

}  // namespace attnviz::arrays
