// Videos made through the module for video files, where it was built.
#pragma once

#include <dlfcn.h>
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "video/module.hpp"

namespace attnviz::test {

// Null, and a line that says so, where OpenCV's videoio is not installed: such tests are skipped.
inline const video::Module* video_module() {
#ifdef ATTNVIZ_VIDEO_MODULE
  void* library = dlopen(ATTNVIZ_VIDEO_MODULE, RTLD_NOW | RTLD_LOCAL);
  REQUIRE_MESSAGE(library != nullptr, dlerror());
  const auto entry = reinterpret_cast<video::Entry>(dlsym(library, video::kEntry));
  REQUIRE(reinterpret_cast<const void*>(entry) != nullptr);
  return entry(ATTNVIZ_VERSION);
#else
  MESSAGE("skipped: built without OpenCV's videoio (libopencv-videoio-dev)");
  return nullptr;
#endif
}

inline void write_video(const video::Module& module, const std::string& path, const std::string& codec,
                        double frame_rate, const std::vector<Image>& frames) {
  const std::unique_ptr<video::Writer> writer =
      module.create(path, codec, frame_rate, frames.front().width, frames.front().height);
  REQUIRE(writer != nullptr);
  for (const Image& frame : frames) REQUIRE(writer->write(frame));
  writer->close();
}

}  // namespace attnviz::test
