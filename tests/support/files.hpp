// What a run left in a folder.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace attnviz::test {

// Relative names of all files below a folder.
inline std::set<std::string> files_below(const std::filesystem::path& dir) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    if (entry.is_regular_file()) files.insert(std::filesystem::relative(entry.path(), dir).string());
  }
  return files;
}

}  // namespace attnviz::test
