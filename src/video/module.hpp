// The door between the program and libattnviz-video.so, the one place that knows OpenCV's videoio. videoio brings some
// 240 shared libraries, so it is loaded by `attnviz video` alone and only for video files (app/video_module.hpp).
//
// Both sides are built together (the version says so) and talk through these interfaces. Nothing is ever thrown across:
// what cannot be done is null or false. Paths are given absolute, so that no name is taken for an address in a network.
#pragma once

#include <memory>
#include <string>

#include "attnviz/core/image.hpp"

namespace attnviz::video {

class Reader {
public:
  virtual ~Reader() = default;

  virtual double frame_rate() const = 0;  // frames a second as the file says: 0 or nonsense where it does not
  virtual long num_frames() const = 0;    // as the file says or as its length suggests; 0: unknown

  // False at the end, or where no more can be decoded. `time_s`: when the frame is shown.
  virtual bool read(Image& image, double& time_s) = 0;
  // Goes past a frame without making a picture of it.
  virtual bool skip() = 0;
};

class Writer {
public:
  virtual ~Writer() = default;

  // Images of the size given at the start. False: it cannot be written.
  virtual bool write(const Image& image) = 0;
  // Completes the file.
  virtual void close() = 0;
};

class Module {
public:
  virtual ~Module() = default;

  // Null: no video that can be read. `most_pixels`: larger frames are refused.
  virtual std::unique_ptr<Reader> open(const std::string& path, std::size_t most_pixels) const = 0;
  // Null: no encoder of that name ("avc1") for such frames in such a file. Sides must be even.
  virtual std::unique_ptr<Writer> create(const std::string& path, const std::string& codec, double frame_rate,
                                         int width, int height) const = 0;
};

// What the module exports under the name kEntry. Null: it is of another version.
constexpr const char* kEntry = "attnviz_video_module";
using Entry = const Module* (*)(const char* version);

}  // namespace attnviz::video
