// A stretch of a test in which fontconfig knows no font, as on a bare machine.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "support/temp_dir.hpp"

namespace attnviz::test {

class NoFonts {
public:
  NoFonts() {
    if (const char* set = std::getenv(kVariable)) before_ = set;
    const std::string configuration = "<?xml version=\"1.0\"?><fontconfig></fontconfig>";
    const std::string path = folder_ / "fonts.conf";
    write_bytes(path, configuration);
    ::setenv(kVariable, path.c_str(), 1);
  }
  ~NoFonts() { before_ ? ::setenv(kVariable, before_->c_str(), 1) : ::unsetenv(kVariable); }
  NoFonts(const NoFonts&) = delete;
  NoFonts& operator=(const NoFonts&) = delete;

private:
  static constexpr const char* kVariable = "FONTCONFIG_FILE";
  TempDir folder_;
  std::optional<std::string> before_;
};

}  // namespace attnviz::test
