// attnviz video with video files, made and read back through the module; skipped where it was not built.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/frames.hpp"
#include "support/process.hpp"
#include "support/video_file.hpp"
#include "support/video_run.hpp"

using namespace attnviz;
using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPixels = 1'000'000;

struct Clip {
  double frame_rate = 0;
  std::vector<Image> frames;
};

Clip read_clip(const video::Module& module, const std::string& path) {
  const std::unique_ptr<video::Reader> reader = module.open(path, kMostPixels);
  REQUIRE(reader != nullptr);
  Clip clip{reader->frame_rate(), {}};
  double time = 0;
  for (Image image; reader->read(image, time);) clip.frames.push_back(image);
  return clip;
}

}  // namespace

TEST_CASE("a video gives a video of the same length and rate, and times to every frame") {
  const video::Module* module = video_module();
  if (module == nullptr) return;
  const TempDir dir;
  write_video(*module, dir / "clip.avi", "MJPG", 12.5, frame_images(10));
  const Outcome outcome = video_run({dir / "clip.avi", "拿起红色杯子", "-o", dir / "out"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  const Json summary = Json::parse(read_bytes(dir / "out/video.json"));
  const std::string name = summary["files"][1].get<std::string>();
  CHECK(name.starts_with("attention."));
  CHECK(outcome.err.find("video in " + summary["codec"].get<std::string>()) != std::string::npos);
  CHECK(files_below(dir / "out") == std::set<std::string>{"frames.jsonl", "timeline.png", "video.json", name});
  const Clip clip = read_clip(*module, dir / ("out/" + name));
  CHECK(clip.frames.size() == 10);
  CHECK(clip.frame_rate == doctest::Approx(12.5));
  const std::vector<Json> lines = json_lines(dir / "out/frames.jsonl");
  REQUIRE(lines.size() == 10);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i]["frame"] == i);
    CHECK(lines[i]["time_s"].get<double>() == doctest::Approx(static_cast<double>(i) / 12.5).epsilon(0.001));
    CHECK_FALSE(lines[i].contains("image"));
  }
}

TEST_CASE("--word and --every: that word at the frame's own size, at the rate that keeps the length") {
  const video::Module* module = video_module();
  if (module == nullptr) return;
  const TempDir dir;
  write_video(*module, dir / "clip.avi", "MJPG", 20, frame_images(10));
  REQUIRE(video_run({dir / "clip.avi", "red cup", "-o", dir / "out", "--word", "1", "--every", "4"}).exit_code == 0);
  const Json summary = Json::parse(read_bytes(dir / "out/video.json"));
  const Clip clip = read_clip(*module, dir / ("out/" + summary["files"][1].get<std::string>()));
  REQUIRE(clip.frames.size() == 3);
  CHECK(clip.frame_rate == doctest::Approx(5));
  CHECK(clip.frames[0].width == 128);
  CHECK(clip.frames[0].height == 96);
  // The disc is where it was: nothing is shifted or turned round.
  const Image expected = frame_image(4, 10);
  double difference = 0;
  for (std::size_t i = 2; i < expected.rgb.size(); i += 3) {  // blue: the colours of the map leave it low
    difference += std::abs(int(expected.rgb[i]) - int(clip.frames[1].rgb[i]));
  }
  CHECK(difference / (128 * 96) < 30);
}

TEST_CASE("a video that ends early: what is there is done, and the end is said") {
  const video::Module* module = video_module();
  if (module == nullptr) return;
  const TempDir dir;
  write_video(*module, dir / "clip.avi", "MJPG", 25, frame_images(40));
  const std::string whole = read_bytes(dir / "clip.avi");
  write_bytes(dir / "half.avi", whole.substr(0, whole.size() / 2));
  const Outcome outcome = video_run({dir / "half.avi", "red", "-o", dir / "out", "--formats", "json"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(outcome.err.find("half.avi ends early: ") != std::string::npos);
  const std::size_t count = json_lines(dir / "out/frames.jsonl").size();
  CHECK(count > 10);
  CHECK(count < 30);
  CHECK(Json::parse(read_bytes(dir / "out/video.json"))["warnings"][0]["code"] == "video-ends-early");
  CHECK(video_run({dir / "half.avi", "red", "-o", dir / "zh", "--lang", "zh", "--formats", "json"})
            .err.find("提前结束") != std::string::npos);
}

TEST_CASE("files of which no frame can be read") {
  const video::Module* module = video_module();
  if (module == nullptr) return;
  const TempDir dir;
  write_video(*module, dir / "clip.avi", "MJPG", 25, frame_images(4));
  const std::string whole = read_bytes(dir / "clip.avi");
  std::vector<std::pair<std::string, std::string>> files{
      {"empty.mp4", ""}, {"text.mp4", "not a video"}, {"noise.mkv", std::string(5000, '\x1a')}};
  for (const std::size_t size : {std::size_t{12}, std::size_t{100}, std::size_t{300}}) {
    files.emplace_back("cut" + std::to_string(size) + ".avi", whole.substr(0, size));
  }
  // A list of frames is no video, opens nothing and waits for nothing: the last one names itself.
  files.emplace_back("list.m3u8", "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n");
  files.emplace_back("list.ffconcat", "ffconcat version 1.0\nfile clip.avi\n");
  files.emplace_back("self.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nself.m3u8\n");
  write_png(dir / "numbered1.png", frame_image(0, 1));
  files.emplace_back("numbered%d.png", "text");
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& [name, bytes] : files) {
    CAPTURE(name);
    write_bytes(dir / name, bytes);
    expect_error(video_run({dir / name, "red", "-o", dir / "out"}), 3, name);
  }
  CHECK_FALSE(fs::exists(dir / "out"));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));  // FFmpeg waits 30 s for a list
}

TEST_CASE("a rate below what encoders take still gives a video") {
  const video::Module* module = video_module();
  if (module == nullptr) return;
  const TempDir dir;
  write_video(*module, dir / "clip.avi", "MJPG", 25, frame_images(3));
  const Outcome outcome = video_run({dir / "clip.avi", "red", "-o", dir / "out", "--every", "1000000"});
  CHECK_MESSAGE(outcome.exit_code == 0, outcome.err);
}

TEST_CASE("bytes that are turned over in a video are survived") {
  const video::Module* module = video_module();
  if (module == nullptr) return;
  const TempDir dir;
  write_video(*module, dir / "clip.avi", "MJPG", 25, frame_images(4));
  const std::string whole = read_bytes(dir / "clip.avi");
  for (std::size_t round = 0; round < 6; ++round) {
    std::string broken = whole;
    for (std::size_t at = 7 + round * 13; at < broken.size(); at += 211 + 97 * round) broken[at] ^= char(0x55);
    write_bytes(dir / "broken.avi", broken);
    const Outcome outcome = video_run({dir / "broken.avi", "red", "-o", dir / "out", "--force", "--formats", "json"});
    CAPTURE(outcome.err);
    CHECK((outcome.exit_code == 0 || outcome.exit_code == 3));
  }
}

TEST_CASE("a disk that fills in the middle of a video leaves nothing behind") {
  const video::Module* module = video_module();
  if (module == nullptr) return;
  const TempDir dir;
  write_video(*module, dir / "clip.avi", "MJPG", 25, frame_images(20));
  const std::string command = "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\"";  // files of 8 KiB at most
  const Outcome outcome = run({"bash", "-c", command, ATTNVIZ_BINARY, "video", dir / "clip.avi", "red", "-o",
                               dir / "out", "--patches", "24", "--formats", "png"});
  expect_error(outcome, 5, "attention.");
  CHECK_FALSE(fs::exists(dir / "out"));
}

TEST_CASE("the video itself is not overwritten by its result") {
  const video::Module* module = video_module();
  if (module == nullptr) return;
  const TempDir dir;
  write_video(*module, dir / "attention.avi", "MJPG", 25, frame_images(2));
  const std::string before = read_bytes(dir / "attention.avi");
  expect_error(video_run({dir / "attention.avi", "red", "-o", dir.path().string(), "--force"}), 2, "--out");
  CHECK(read_bytes(dir / "attention.avi") == before);
}
