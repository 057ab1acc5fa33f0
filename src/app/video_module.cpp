#include "app/video_module.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <system_error>

#include "attnviz/core/error.hpp"

namespace attnviz::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "libattnviz-video.so";
constexpr const char* kFolderInstead = "or give a folder of frames (PNG, JPEG...), which needs nothing";

// Relative to the program, so that an installed tree can be moved. Empty: it is nowhere.
fs::path find_module() {
  std::error_code error;
  const fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return {};
  for (const fs::path& place : {folder, (folder / ATTNVIZ_LIBRARIES_FROM_PROGRAM).lexically_normal()}) {
    if (fs::is_regular_file(place / kFile, error)) return place / kFile;
  }
  return {};
}

[[noreturn]] void fail(const std::string& video, const std::string& what, const std::string& hint) {
  throw Error(ErrorCode::input, video, what, hint + ", " + kFolderInstead);
}

}  // namespace

const video::Module& load_video_module(const std::string& video) {
  const fs::path path = find_module();
  if (path.empty()) {
    fail(video, std::string("video files need ") + kFile + ", which is not beside the program",
         "install libopencv-videoio-dev and build attnviz again");
  }
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    // "libopencv_videoio.so.406: cannot open shared object file: No such file or directory"
    const char* reason = ::dlerror();
    fail(video, std::string("the video module cannot be loaded: ") + (reason == nullptr ? "no reason given" : reason),
         "install OpenCV's videoio (libopencv-videoio)");
  }
  const auto entry = reinterpret_cast<video::Entry>(::dlsym(library, video::kEntry));
  const video::Module* module = entry == nullptr ? nullptr : entry(ATTNVIZ_VERSION);
  if (module == nullptr) {
    fail(video, path.string() + " is of another version of attnviz", "build or install both together");
  }
  return *module;
}

}  // namespace attnviz::app
