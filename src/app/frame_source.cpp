#include "app/frame_source.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "app/video_module.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/image/decode.hpp"

namespace attnviz::app {
namespace {

namespace fs = std::filesystem;

// Names of what image::load reads; it looks into the files itself.
constexpr std::array kImageNames{".png", ".jpg", ".jpeg", ".bmp", ".pnm", ".ppm", ".pgm", ".pbm", ".webp"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_image_name(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return path.filename().string().front() != '.' && std::ranges::count(kImageNames, extension) > 0;
}

class FolderFrames : public FrameSource {
public:
  explicit FolderFrames(const fs::path& folder) : folder_(folder) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      std::error_code broken_link;
      if (is_image_name(entry->path()) && !entry->is_directory(broken_link)) {
        names_.push_back(entry->path().filename().string());
      }
    }
    if (error) throw Error(ErrorCode::input, folder.string(), "cannot be read: " + error.message());
    if (names_.empty()) {
      throw Error(ErrorCode::input, folder.string(), "holds no images", "supported: PNG, JPEG, BMP, PNM, WebP");
    }
    std::ranges::sort(names_, naturally_before);
    std::unordered_set<std::string> stems;
    for (const std::string& name : names_) stems.insert(fs::path(name).stem().string());
    stems_are_unique_ = stems.size() == names_.size();
  }

  bool is_video() const override { return false; }
  double frame_rate() const override { return 0; }
  long num_frames() const override { return static_cast<long>(names_.size()); }

  std::optional<Frame> next() override {
    if (next_ >= num_frames()) return std::nullopt;
    const fs::path name = names_[static_cast<std::size_t>(next_)], path = folder_ / name;
    return Frame{image::load(path), next_++, std::nullopt, path.string(), name_of(name)};
  }

  std::vector<std::string> frame_names() const override {
    std::vector<std::string> names;
    names.reserve(names_.size());
    for (const std::string& name : names_) names.push_back(name_of(name));
    return names;
  }

  void skip(long count) override { next_ += std::min(count, num_frames() - next_); }

private:
  std::string name_of(const fs::path& file) const { return (stems_are_unique_ ? file.stem() : file).string(); }

  fs::path folder_;
  std::vector<std::string> names_;
  bool stems_are_unique_ = true;
  long next_ = 0;
};

class VideoFrames : public FrameSource {
public:
  VideoFrames(const std::string& path, std::unique_ptr<video::Reader> reader)
      : path_(path), reader_(std::move(reader)) {}

  bool is_video() const override { return true; }
  long num_frames() const override { return reader_->num_frames(); }

  double frame_rate() const override {
    constexpr double kSlowest = 0.1, kFastest = 1000, kUsual = 25;
    const double rate = reader_->frame_rate();
    return rate >= kSlowest && rate <= kFastest ? rate : kUsual;  // some files have none, some have nonsense
  }

  std::optional<Frame> next() override {
    Frame frame;
    double time = 0;
    if (!reader_->read(frame.image, time)) {
      at_end_ = true;
      if (next_ > 0) return std::nullopt;
      throw Error(ErrorCode::input, path_, "no frame can be read", "is it a whole video file?");
    }
    frame.number = next_++;
    // Times grow; where the file has none, or has one that is earlier, frames follow each other evenly.
    const double even = std::max(static_cast<double>(frame.number) / frame_rate(),
                                 frame.number == 0 ? 0 : last_time_ + 1 / frame_rate());
    frame.time_s = std::isfinite(time) && (time > last_time_ || frame.number == 0) ? std::max(time, 0.0) : even;
    last_time_ = *frame.time_s;
    return frame;
  }

  void skip(long count) override {
    for (long i = 0; i < count && !at_end_; ++i) {
      if (reader_->skip()) {
        ++next_;
      } else {
        at_end_ = true;
      }
    }
  }

  std::vector<Warning> warnings() const override {
    // Lengths that are not counted but worked out from durations may be a little off.
    const long expected = num_frames(), tolerated = 2 + expected / 50;
    if (!at_end_ || next_ + tolerated >= expected) return {};
    return {
        {"video-ends-early",
         path_ + " ends early: " + std::to_string(next_) + " of " + std::to_string(expected) + " frames could be read",
         std::nullopt, std::to_string(next_) + "/" + std::to_string(expected)}};
  }

private:
  std::string path_;
  std::unique_ptr<video::Reader> reader_;
  long next_ = 0;
  double last_time_ = 0;
  bool at_end_ = false;
};

}  // namespace

bool naturally_before(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!is_digit(a[i]) || !is_digit(b[j])) {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
      ++i;
      ++j;
      continue;
    }
    const auto number = [](const std::string& text, std::size_t& at) {
      while (at < text.size() && text[at] == '0') ++at;
      const std::size_t begin = at;
      while (at < text.size() && is_digit(text[at])) ++at;
      return text.substr(begin, at - begin);
    };
    const std::string left = number(a, i), right = number(b, j);
    if (left.size() != right.size()) return left.size() < right.size();
    if (left != right) return left < right;
  }
  if (i < a.size() || j < b.size()) return j < b.size();
  return a < b;  // "01" and "1"
}

std::unique_ptr<FrameSource> open_frames(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw Error(ErrorCode::input, path, "no such file or folder", "check the path");
  }
  if (error) throw Error(ErrorCode::input, path, "cannot be read: " + error.message(), "check its permissions");
  if (fs::is_directory(status)) return std::make_unique<FolderFrames>(path);
  // A pipe or a camera may never end.
  if (!fs::is_regular_file(status)) throw Error(ErrorCode::input, path, "is neither a file nor a folder");
  const video::Module& module = load_video_module(path);
  std::unique_ptr<video::Reader> reader = module.open(fs::absolute(path).string(), image::kMaxPixels);
  if (reader == nullptr) {
    throw Error(ErrorCode::input, path, "not a video that can be read", "give a video file or a folder of frames");
  }
  return std::make_unique<VideoFrames>(path, std::move(reader));
}

}  // namespace attnviz::app
