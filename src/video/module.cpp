#include "video/module.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/videoio.hpp>
#include <opencv2/videoio/registry.hpp>

namespace attnviz::video {
namespace {

// What FFmpeg may read: containers of one film. Playlists and numbered images would open other files, and wait for
// them.
constexpr const char* kReading =
    "protocol_whitelist;file|format_whitelist;mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif,mjpeg,"
    "m4v,h264,hevc,ivf,nut,mxf";

// Only what deals in files: cameras and network streams have no place here. OpenCV's own Motion JPEG is for where it
// was built without FFmpeg: it is less careful with broken files.
int backend() { return cv::videoio_registry::hasBackend(cv::CAP_FFMPEG) ? cv::CAP_FFMPEG : cv::CAP_OPENCV_MJPEG; }

// OpenCV keeps colours as BGR.
void swap_red_and_blue(const std::uint8_t* from, std::uint8_t* to, int count) {
  for (int i = 0; i < count; ++i, from += 3, to += 3) {
    to[0] = from[2];
    to[1] = from[1];
    to[2] = from[0];
  }
}

long whole(double value) { return std::isfinite(value) && value > 0 && value < 1e12 ? std::lround(value) : 0; }

class OpenCvReader : public Reader {
public:
  OpenCvReader(const cv::VideoCapture& capture, std::size_t most_pixels)
      : capture_(capture), most_pixels_(most_pixels) {}

  double frame_rate() const override { return capture_.get(cv::CAP_PROP_FPS); }
  long num_frames() const override { return whole(capture_.get(cv::CAP_PROP_FRAME_COUNT)); }

  bool read(Image& image, double& time_s) override {
    try {
      if (!capture_.read(frame_) || frame_.type() != CV_8UC3 || frame_.total() > most_pixels_) return false;
      time_s = capture_.get(cv::CAP_PROP_POS_MSEC) / 1000;
      image = Image(frame_.cols, frame_.rows);
      for (int y = 0; y < frame_.rows; ++y) swap_red_and_blue(frame_.ptr(y), image.pixel(0, y), frame_.cols);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  bool skip() override {
    try {
      return capture_.grab();
    } catch (const std::exception&) {
      return false;
    }
  }

private:
  cv::VideoCapture capture_;
  cv::Mat frame_;
  std::size_t most_pixels_;
};

class OpenCvWriter : public Writer {
public:
  OpenCvWriter(const cv::VideoWriter& writer, int width, int height)
      : writer_(writer), frame_(height, width, CV_8UC3) {}

  bool write(const Image& image) override {
    try {
      if (image.width != frame_.cols || image.height != frame_.rows) return false;
      for (int y = 0; y < frame_.rows; ++y) swap_red_and_blue(image.pixel(0, y), frame_.ptr(y), frame_.cols);
      writer_.write(frame_);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  void close() override {
    try {
      writer_.release();
    } catch (const std::exception&) {  // an unfinished file is found when it is read back
    }
  }

private:
  cv::VideoWriter writer_;
  cv::Mat frame_;
};

class OpenCvModule : public Module {
public:
  OpenCvModule() {
    // Its libraries would write to standard error. Whoever sets these knows better.
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
    ::setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", kReading, 0);
  }

  std::unique_ptr<Reader> open(const std::string& path, std::size_t most_pixels) const override {
    try {
      cv::VideoCapture capture;
      if (!capture.open(path, backend())) return nullptr;
      const double pixels = capture.get(cv::CAP_PROP_FRAME_WIDTH) * capture.get(cv::CAP_PROP_FRAME_HEIGHT);
      if (pixels > static_cast<double>(most_pixels)) return nullptr;
      return std::make_unique<OpenCvReader>(capture, most_pixels);
    } catch (const std::exception&) {
      return nullptr;
    }
  }

  std::unique_ptr<Writer> create(const std::string& path, const std::string& codec, double frame_rate, int width,
                                 int height) const override {
    try {
      if (codec.size() != 4) return nullptr;
      const int fourcc = cv::VideoWriter::fourcc(codec[0], codec[1], codec[2], codec[3]);
      cv::VideoWriter writer;
      if (!writer.open(path, backend(), fourcc, frame_rate, {width, height})) return nullptr;
      return std::make_unique<OpenCvWriter>(writer, width, height);
    } catch (const std::exception&) {
      return nullptr;
    }
  }
};

}  // namespace
}  // namespace attnviz::video

extern "C" const attnviz::video::Module* attnviz_video_module(const char* version) {
  if (std::strcmp(version, ATTNVIZ_VERSION) != 0) return nullptr;
  static const attnviz::video::OpenCvModule module;
  return &module;
}
