// attnviz as a peer of vision.py: loads a checkpoint, then answers a line of standard input each:
//   turn         milliseconds of the fastest of three encodings of the image
//   result PATH  writes the patch tokens there, float32
//   facts        milliseconds of loading, peak resident memory in kB
// Usage: vision CHECKPOINT_FOLDER THREADS; the image is 224 x 224 bytes x 3 of the file IMAGE in that folder.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>

#include "attnviz/core/parallel.hpp"
#include "attnviz/core/timing.hpp"
#include "attnviz/model/model.hpp"
#include "peak_memory.hpp"

namespace {

attnviz::Image read_image(const std::string& path) {
  attnviz::Image image(224, 224);
  std::ifstream(path, std::ios::binary)
      .read(reinterpret_cast<char*>(image.rgb.data()), static_cast<std::streamsize>(image.rgb.size()));
  return image;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string folder = argv[1];
  attnviz::set_num_threads(std::strtoul(argv[2], nullptr, 10));
  attnviz::Stopwatch loading;
  const auto model = attnviz::model::load(folder);
  const double load_ms = loading.elapsed_ms();
  const attnviz::Image image = read_image(folder + "/IMAGE");
  attnviz::model::EncodedImage encoded = model->encode(image, std::nullopt);
  for (std::string what; std::cin >> what;) {
    if (what == "turn") {
      double best = 1e9;
      for (int i = 0; i < 3; ++i) {
        const attnviz::Stopwatch watch;
        encoded = model->encode(image, std::nullopt);
        best = std::min(best, watch.elapsed_ms());
      }
      std::printf("%.4f\n", best);
    } else if (what == "result") {
      std::string path;
      std::cin >> path;
      const std::size_t bytes = encoded.patches.rows() * encoded.patches.cols() * sizeof(float);
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(encoded.patches.data()), static_cast<std::streamsize>(bytes));
      std::printf("done\n");
    } else {
      std::printf("%.1f %s\n", load_ms, own::peak_kilobytes().c_str());
    }
    std::fflush(stdout);
  }
}
