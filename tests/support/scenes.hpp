// Pictures for the tests of the program: a red disc on grey, as PPM.
#pragma once

#include <string>

#include "support/temp_dir.hpp"

namespace attnviz::test {

inline std::string ppm_bytes(int width, int height) {
  std::string bytes = "P6\n" + std::to_string(width) + " " + std::to_string(height) + "\n255\n";
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double dx = (x + 0.5) / width - 0.3, dy = (y + 0.5) / height - 0.6;
      const bool red = dx * dx + dy * dy < 0.03;
      bytes += static_cast<char>(red ? 200 : 120);
      bytes += static_cast<char>(red ? 30 : 125);
      bytes += static_cast<char>(red ? 25 : 130);
    }
  }
  return bytes;
}

// Writes the picture into the folder and returns its path.
inline std::string write_scene(const TempDir& dir, int width = 160, int height = 120,
                               const std::string& name = "scene.ppm") {
  write_bytes(dir / name, ppm_bytes(width, height));
  return dir / name;
}

}  // namespace attnviz::test
