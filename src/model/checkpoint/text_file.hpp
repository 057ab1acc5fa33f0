// A text file of a checkpoint folder, mapped into memory.
#pragma once

#include <filesystem>
#include <string_view>

#include "arrays/mapped_file.hpp"
#include "arrays/source.hpp"

namespace attnviz::model::checkpoint {

class TextFile {
public:
  // Throws Error (model): missing, empty, unreadable, larger than `max_bytes`.
  TextFile(const std::filesystem::path& path, std::size_t max_bytes)
      : source_{path.string()}, file_(arrays::map_file(source_)) {
    if (file_.bytes.size() > max_bytes) {
      source_.refuse("larger than the " + std::to_string(max_bytes >> 20) + " MB that such a file may have");
    }
  }

  std::string_view text() const { return {reinterpret_cast<const char*>(file_.bytes.data()), file_.bytes.size()}; }
  const arrays::Source& source() const { return source_; }

private:
  arrays::Source source_;
  arrays::MappedFile file_;
};

}  // namespace attnviz::model::checkpoint
