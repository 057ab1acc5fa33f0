#include "app/video_drawing.hpp"

#include <utility>

#include "attnviz/render/pictures.hpp"
#include "attnviz/render/sheet_text.hpp"

namespace attnviz::app {

VideoDrawing::VideoDrawing(const Report& asked, std::optional<std::size_t> word, const RunOptions& options,
                           bool in_seconds, std::unique_ptr<PictureSink> sink)
    : options_(options),
      word_(word),
      labels_(render::sheet_text(asked, options.looks)),
      timeline_(asked, in_seconds),
      sink_(std::move(sink)) {}

void VideoDrawing::add(const Frame& frame, const Report& report) {
  timeline_.add(report, frame.time_s.value_or(static_cast<double>(frame.number)));
  sink_->add(frame, picture(frame, report));
}

void VideoDrawing::finish(OutputSet& outputs) {
  sink_->finish();
  outputs.add(kTimeline, render::encode_png(timeline_.draw(options_.looks, labels_)));
}

Image VideoDrawing::picture(const Frame& frame, const Report& report) {
  if (word_) {
    const ViewReading& view = report.main_view();
    return render::word_picture(frame.image, view.grid, view.readings[*word_], render::scale_maxima(report)[*word_],
                                options_.looks, labels_);
  }
  if (place_.first_width == 0) {
    place_.first_width = frame.image.width;
    place_.first_height = frame.image.height;
  }
  place_.number = frame.number;
  place_.time_s = frame.time_s;
  return render::frame_sheet(frame.image, place_, report, options_.looks, labels_);
}

}  // namespace attnviz::app
