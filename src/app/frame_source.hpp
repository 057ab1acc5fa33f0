// Frames one after another, from a video file or a folder of images.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "attnviz/core/report.hpp"

namespace attnviz::app {

struct Frame {
  Image image;
  long number = 0;                 // in the video or the folder, from 0
  std::optional<double> time_s{};  // of videos
  std::string path{};              // of images in a folder
  std::string name{};              // what its picture is called: the file's stem, or all of it where stems repeat
};

class FrameSource {
public:
  virtual ~FrameSource() = default;

  virtual bool is_video() const = 0;
  virtual double frame_rate() const = 0;  // frames a second, sensible; 0: a folder has none
  virtual long num_frames() const = 0;    // as far as is known before the end; 0: unknown
  // Of a folder: the names of all its frames.
  virtual std::vector<std::string> frame_names() const { return {}; }
  // Empty at the end. Error (input) that names an image which cannot be read.
  virtual std::optional<Frame> next() = 0;
  // Goes past `count` frames, or to the end.
  virtual void skip(long count) = 0;
  // What is to be said once the end is reached.
  virtual std::vector<Warning> warnings() const { return {}; }
};

// Error (input): no such file, no video that can be read, a folder without images.
std::unique_ptr<FrameSource> open_frames(const std::string& path);

// "frame2" before "frame10": runs of digits are compared as numbers, everything else byte by byte.
bool naturally_before(const std::string& a, const std::string& b);

}  // namespace attnviz::app
