// The files of `attnviz video`: where they go, what they are called, who writes the pictures.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/frame_source.hpp"
#include "attnviz/app/options.hpp"
#include "attnviz/app/outputs.hpp"

namespace attnviz::app {

constexpr const char *kFrameLines = "frames.jsonl", *kTimeline = "timeline.png", *kVideoSummary = "video.json";

// The folder of the results. Error (usage) where they would come between the frames, or onto the video itself.
std::filesystem::path video_output_dir(const RunOptions& options);

// The files that a run is sure to write, but for those in frames/.
std::vector<std::string> video_files(const FrameSource& frames, const RunOptions& options);

// What an earlier run of this job left in the folder.
// Error (output) where the folder holds another video's results and --force is not given.
std::vector<std::string> earlier_video_files(const std::filesystem::path& dir, const RunOptions& options);

// Takes the annotated pictures, in order.
class PictureSink {
public:
  virtual ~PictureSink() = default;

  // Error (output).
  virtual void add(const Frame& frame, const Image& picture) = 0;
  // After the last one.
  virtual void finish() {}
  // Of the video that was written; empty where none is.
  virtual std::string codec() const { return ""; }
};

// attention.mp4 for a video, frames/<stem>.png for a folder. `frame_rate`: of what is written.
std::unique_ptr<PictureSink> make_picture_sink(const FrameSource& frames, const RunOptions& options, double frame_rate,
                                               OutputSet& outputs);

}  // namespace attnviz::app
