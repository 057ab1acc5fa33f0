// Folders of the fixtures in which one file is what a fuzzer says.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "support/temp_dir.hpp"

namespace attnviz::test {

inline std::filesystem::path fixture_path(const std::string& name) {
  return std::filesystem::path(ATTNVIZ_TEST_DATA) / "reference" / "data" / name;
}

// Links to the files of a fixture, but for one: that is written anew for each input.
class FixtureFolder {
public:
  // `fixture`: "checkpoints/clip". The file need not be one of the fixture's.
  FixtureFolder(const TempDir& dir, const std::string& fixture, const std::string& file)
      : folder_(dir.path() / (std::filesystem::path(fixture).filename().string() + "-" + file)), file_(folder_ / file) {
    std::filesystem::create_directory(folder_);
    for (const auto& entry : std::filesystem::directory_iterator(fixture_path(fixture))) {
      const std::filesystem::path name = entry.path().filename();
      if (name != file) std::filesystem::create_symlink(entry.path(), folder_ / name);
    }
  }

  void leave_out(const std::string& file) const { std::filesystem::remove(folder_ / file); }
  void write(const std::string& bytes) const { write_bytes(file_.string(), bytes); }
  const std::filesystem::path& path() const { return folder_; }

private:
  std::filesystem::path folder_, file_;
};

}  // namespace attnviz::test
