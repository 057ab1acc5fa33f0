// Frames for the tests of `attnviz video`: a red disc that moves from left to right on grey.
#pragma once

#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "attnviz/render/pictures.hpp"
#include "support/temp_dir.hpp"

namespace attnviz::test {

inline Image frame_image(int number, int count, int width = 128, int height = 96) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double dx = (x + 0.5) / width - (number + 0.5) / count, dy = (y + 0.5) / height - 0.5;
      const bool red = dx * dx + dy * dy < 0.03;
      std::uint8_t* pixel = image.pixel(x, y);
      pixel[0] = red ? 200 : 120;
      pixel[1] = red ? 30 : 125;
      pixel[2] = red ? 25 : 130;
    }
  }
  return image;
}

inline std::vector<Image> frame_images(int count, int width = 128, int height = 96) {
  std::vector<Image> frames;
  for (int i = 0; i < count; ++i) frames.push_back(frame_image(i, count, width, height));
  return frames;
}

inline void write_png(const std::string& path, const Image& image) {
  const std::vector<std::uint8_t> png = render::encode_png(image);
  write_bytes(path, {png.begin(), png.end()});
}

// frame0.png, frame1.png... in a folder of that name; returns its path.
inline std::string write_frames(const TempDir& dir, int count, const std::string& name = "frames") {
  std::filesystem::create_directory(dir / name);
  for (int i = 0; i < count; ++i) {
    write_png(dir / (name + "/frame" + std::to_string(i) + ".png"), frame_image(i, count));
  }
  return dir / name;
}

}  // namespace attnviz::test
