#include "app/video_files.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "app/job_files.hpp"
#include "app/video_module.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/render/pictures.hpp"
#include "attnviz/report/video_report.hpp"

namespace attnviz::app {
namespace {

namespace fs = std::filesystem;

struct Encoding {
  const char *file, *codec, *name;
};
// What browsers play first; what is always there last.
constexpr std::array kEncodings{Encoding{"attention.mp4", "avc1", "H.264"}, Encoding{"attention.mp4", "mp4v", "MPEG-4"},
                                Encoding{"attention.avi", "MJPG", "Motion JPEG"}};

std::string picture_name(const std::string& frame) { return "frames/" + frame + ".png"; }

class PictureFolder : public PictureSink {
public:
  explicit PictureFolder(OutputSet& outputs) : outputs_(outputs) {}

  void add(const Frame& frame, const Image& picture) override {
    outputs_.add(picture_name(frame.name), render::encode_png(picture));
  }

private:
  OutputSet& outputs_;
};

class VideoFile : public PictureSink {
public:
  VideoFile(const video::Module& module, double frame_rate, OutputSet& outputs)
      : module_(module), frame_rate_(frame_rate), outputs_(outputs) {}

  // All pictures of a video have the size of the first, with even sides: encoders ask for both.
  void add(const Frame&, const Image& picture) override {
    if (writer_ == nullptr) {
      width_ = picture.width + picture.width % 2;
      height_ = picture.height + picture.height % 2;
      open();
    }
    const bool fits = picture.width == width_ && picture.height == height_;
    if (!writer_->write(fits ? picture : render::framed(picture, width_, height_))) fail("the encoder refuses a frame");
    ++num_frames_;
  }

  // The encoder does not say where the disk was full: the file is read back.
  void finish() override {
    writer_->close();
    writer_.reset();
    const std::unique_ptr<video::Reader> reader =
        module_.open(path_.string(), static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_));
    if (reader == nullptr || reader->num_frames() < num_frames_)
      fail("what was written is not whole; is the disk full?");
  }

  std::string codec() const override { return encoding_->name; }

private:
  void open() {
    for (const Encoding& encoding : kEncodings) {
      encoding_ = &encoding;
      path_ = fs::absolute(outputs_.reserve(encoding.file));
      writer_ = module_.create(path_.string(), encoding.codec, frame_rate_, width_, height_);
      if (writer_ != nullptr) return;
      outputs_.release(encoding.file);
    }
    fail("no encoder takes frames of " + std::to_string(width_) + " x " + std::to_string(height_) + " pixels");
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorCode::output, outputs_.place_of(encoding_->file).string(), "cannot be written: " + why,
                "a folder of frames gives a folder of pictures instead");
  }

  const video::Module& module_;
  double frame_rate_;
  OutputSet& outputs_;
  std::unique_ptr<video::Writer> writer_;
  const Encoding* encoding_ = kEncodings.data();
  fs::path path_;
  int width_ = 0, height_ = 0;
  long num_frames_ = 0;
};

// A document may have been edited: nothing but what such a run writes is ever removed.
bool is_ours(const std::string& file) {
  const fs::path name(file);
  if (name.parent_path() == "frames") return name.extension() == ".png";
  const bool is_video =
      std::ranges::any_of(kEncodings, [&](const Encoding& encoding) { return file == encoding.file; });
  return is_video || file == kFrameLines || file == kTimeline;
}

bool same_place(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

// However it is spelt: "frames", "./frames/".
bool same_source(const fs::path& a, const fs::path& b) {
  const auto plain = [](const fs::path& path) {
    const fs::path normal = path.lexically_normal();
    return normal.has_filename() ? normal : normal.parent_path();
  };
  return plain(a) == plain(b) || same_place(a, b);
}

}  // namespace

fs::path video_output_dir(const RunOptions& options) {
  const fs::path source = options.image_path;
  std::error_code error;
  fs::path dir = options.out_dir;
  if (dir.empty()) {
    fs::path full = fs::absolute(source, error).lexically_normal();
    if (!full.has_filename()) full = full.parent_path();  // "frames/"
    dir = fs::path("attnviz-out") / (fs::is_directory(source, error) ? full.filename() : full.stem());
  }
  for (const fs::path& place : {dir, dir / "frames", dir / kEncodings.front().file, dir / kEncodings.back().file}) {
    if (!same_place(place, source)) continue;
    throw Error(ErrorCode::usage, "--out", "results would be mixed with " + source.string(), "choose another folder");
  }
  return dir;
}

std::vector<std::string> video_files(const FrameSource& frames, const RunOptions& options) {
  std::vector<std::string> files;
  if (options.write_png) {
    for (const std::string& name : frames.frame_names()) files.push_back(picture_name(name));
  }
  if (options.write_json) files.insert(files.end(), {kFrameLines, kVideoSummary});
  if (options.write_png) files.emplace_back(kTimeline);
  if (options.write_png && frames.is_video()) {
    files.insert(files.end(), {kEncodings.front().file, kEncodings.back().file});
  }
  return files;
}

std::vector<std::string> earlier_video_files(const fs::path& dir, const RunOptions& options) {
  std::error_code error;
  if (!options.force && fs::exists(dir / kReport, error)) refuse_other(dir, "job: an image's");
  const std::optional<report::VideoSummary> earlier = report::read_video_summary(dir / kVideoSummary);
  if (!earlier) return {};
  const bool other_words = earlier->instruction != options.instruction;
  if (!options.force && (other_words || !same_source(earlier->source, options.image_path))) {
    refuse_other(dir, other_words ? "instruction ('" + earlier->instruction + "')" : "video (" + earlier->source + ")");
  }
  std::vector<std::string> files{kVideoSummary};
  std::ranges::copy_if(earlier->files, std::back_inserter(files), is_ours);
  return files;
}

std::unique_ptr<PictureSink> make_picture_sink(const FrameSource& frames, const RunOptions& options, double frame_rate,
                                               OutputSet& outputs) {
  if (!frames.is_video()) return std::make_unique<PictureFolder>(outputs);
  return std::make_unique<VideoFile>(load_video_module(options.image_path), frame_rate, outputs);
}

}  // namespace attnviz::app
