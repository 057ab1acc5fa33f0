// A stretch of a test in which fontconfig knows no font, as on a bare machine.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

#include "support/image_files.hpp"

namespace attnviz::test {

class NoFonts {
public:
  NoFonts() {
    if (const char* set = std::getenv(kVariable)) before_ = set;
    const std::string configuration = "<?xml version=\"1.0\"?><fontconfig></fontconfig>";
    const auto path = folder_.write("fonts.conf", Bytes(configuration.begin(), configuration.end()));
    ::setenv(kVariable, path.c_str(), 1);
  }
  ~NoFonts() { before_ ? ::setenv(kVariable, before_->c_str(), 1) : ::unsetenv(kVariable); }
  NoFonts(const NoFonts&) = delete;
  NoFonts& operator=(const NoFonts&) = delete;

private:
  static constexpr const char* kVariable = "FONTCONFIG_FILE";
  TemporaryFolder folder_;
  std::optional<std::string> before_;
};

}  // namespace attnviz::test
