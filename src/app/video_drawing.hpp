// Everything that `attnviz video` draws: a picture a frame, and the timeline.
#pragma once

#include <memory>
#include <optional>

#include "app/frame_source.hpp"
#include "app/video_files.hpp"
#include "attnviz/app/options.hpp"
#include "attnviz/app/outputs.hpp"
#include "attnviz/render/timeline.hpp"

namespace attnviz::app {

class VideoDrawing {
public:
  // `asked`: the report before its first frame. `word`: the only one that is drawn, or all.
  VideoDrawing(const Report& asked, std::optional<std::size_t> word, const RunOptions& options, bool in_seconds,
               std::unique_ptr<PictureSink> sink);

  const render::Labels& labels() const { return labels_; }
  // One frame and what is seen in it, in order. Error (output).
  void add(const Frame& frame, const Report& report);
  // After the last one. Error (output).
  void finish(OutputSet& outputs);
  std::string codec() const { return sink_->codec(); }

private:
  Image picture(const Frame& frame, const Report& report);

  const RunOptions& options_;
  std::optional<std::size_t> word_;
  render::Labels labels_;
  render::Timeline timeline_;
  render::FramePlace place_;
  std::unique_ptr<PictureSink> sink_;
};

}  // namespace attnviz::app
