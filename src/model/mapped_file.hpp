// A file's bytes, mapped read-only into memory.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace attnviz::model {

struct MappedFile {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> keep_alive;  // the bytes are valid while this lives
};

// Throws Error (model): missing, not a regular file, unreadable.
MappedFile map_file(const std::string& path);

}  // namespace attnviz::model
