// What `attnviz video` writes beside pictures: frames.jsonl, a line a frame, and video.json with what they share.
// Numbers of 6 significant digits, UTF-8.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/report.hpp"

namespace attnviz::report {

// Which frame a line is about.
struct FrameName {
  long number = 0;                 // in the video or the folder, from 0
  std::optional<double> time_s{};  // empty: it has none
  std::string image_path{};        // empty: it is no file of its own
};

// One line, ending in '\n': {"frame", "time_s"?, "image"?, "words": [{"index", "text", "entropy", "nothing",
// "top": [{"patch", "weight", "box"} ...]} ...], "target"}.
std::string frame_line(const FrameName& name, const Report& report);

// What a run of a video was about, and what it wrote.
struct VideoSummary {
  std::string source;  // the video or the folder
  std::string instruction;
  ModelFacts model{};
  ViewChoice shown{};
  std::string scale{};
  long num_frames = 0;    // how many were looked at
  long every = 1;         // of so many each
  double frame_rate = 0;  // of what was written, frames a second; 0: of a folder
  std::string codec{};    // of what was written; empty: no video
  std::vector<Warning> warnings{};
  std::vector<std::string> files{};  // relative to their folder
};

// The document, schema "attnviz.video/1", ending in a newline.
std::string to_json(const VideoSummary& summary);

// Source, instruction and files of an earlier run; empty where there is no such document.
std::optional<VideoSummary> read_video_summary(const std::filesystem::path& path);

}  // namespace attnviz::report
