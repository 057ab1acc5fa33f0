// attnviz video with a folder of frames: what it writes, frame by frame, and what it refuses.
#include <doctest/doctest.h>
#include <signal.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "attnviz/image/decode.hpp"
#include "support/files.hpp"
#include "support/frames.hpp"
#include "support/process.hpp"
#include "support/scenes.hpp"
#include "support/video_run.hpp"

using namespace attnviz;
using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

}  // namespace

TEST_CASE("a folder of frames gives a line and a picture a frame, and a timeline") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 12);
  const Outcome outcome = video_run({frames, "拿起红色杯子", "-o", dir / "out", "-k", "2"});
  REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find("12 frames") != std::string::npos);
  std::set<std::string> expected{"frames.jsonl", "timeline.png", "video.json"};
  for (int i = 0; i < 12; ++i) expected.insert("frames/frame" + std::to_string(i) + ".png");
  CHECK(files_below(dir / "out") == expected);

  const std::vector<Json> lines = json_lines(dir / "out/frames.jsonl");
  REQUIRE(lines.size() == 12);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Json& line = lines[i];
    CHECK(keys_of(line) == std::vector<std::string>{"frame", "image", "words", "target"});
    CHECK(line["frame"] == i);
    CHECK(line["image"] == frames + "/frame" + std::to_string(i) + ".png");  // 2 before 10
    REQUIRE(line["words"].size() == 3);
    CHECK(keys_of(line["words"][1]) == std::vector<std::string>{"index", "text", "entropy", "nothing", "top"});
    CHECK(line["words"][1]["text"] == "红色");
    REQUIRE(line["words"][1]["top"].size() == 2);
    CHECK(keys_of(line["words"][1]["top"][0]) == std::vector<std::string>{"patch", "weight", "box"});
  }
  const Json summary = Json::parse(read_bytes(dir / "out/video.json"));
  CHECK(summary["schema"] == "attnviz.video/1");
  CHECK(summary["frames"] == 12);
  CHECK(summary["files"].size() == 14);  // all but itself
}

TEST_CASE("a frame is read as the main job reads it") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 3);
  REQUIRE(video_run({frames, "red cup", "-o", dir / "out", "--formats", "json"}).exit_code == 0);
  CHECK(files_below(dir / "out") == std::set<std::string>{"frames.jsonl", "video.json"});
  REQUIRE(attnviz_run({frames + "/frame1.png", "red cup", "-o", dir / "one", "--formats", "json", "--patches", "24"})
              .exit_code == 0);
  const Json line = json_lines(dir / "out/frames.jsonl")[1];
  const Json report = Json::parse(read_bytes(dir / "one/report.json"));
  for (std::size_t word = 0; word < 2; ++word) {
    CHECK(line["words"][word]["entropy"] == report["words"][word]["entropy"]);
    CHECK(line["words"][word]["nothing"] == report["words"][word]["nothing"]);
    CHECK(line["words"][word]["top"][0]["weight"] == report["words"][word]["top"][0]["weight"]);
    CHECK(line["words"][word]["top"][0]["box"] == report["words"][word]["top"][0]["box"]);
  }
  CHECK(line["target"] == report["target"]);
}

TEST_CASE("the word follows what it names from frame to frame") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 5);
  REQUIRE(attnviz_run({"video", frames, "red", "-o", dir / "out", "--formats", "json", "-k", "1"}).exit_code == 0);
  const std::vector<Json> lines = json_lines(dir / "out/frames.jsonl");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Json box = lines[i]["words"][0]["top"][0]["box"];
    const double x = (box[0].get<double>() + box[2].get<double>()) / 2;
    CHECK(std::abs(x - 128 * (static_cast<double>(i) + 0.5) / 5) < 26);
  }
}

TEST_CASE("--every takes each N-th frame") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 7);
  REQUIRE(video_run({frames, "red", "-o", dir / "out", "--every", "3"}).exit_code == 0);
  std::vector<int> numbers;
  for (const Json& line : json_lines(dir / "out/frames.jsonl")) numbers.push_back(line["frame"].get<int>());
  CHECK(numbers == std::vector<int>{0, 3, 6});
  REQUIRE(video_run({frames, "red", "-o", dir / "one", "--every", "1000000"}).exit_code == 0);
  CHECK(json_lines(dir / "one/frames.jsonl").size() == 1);
  expect_error(video_run({frames, "red", "--every", "0"}), 2, "--every");
}

TEST_CASE("--word shows one word at the frame's own size, else all frames have one layout") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 2);
  write_png(frames + "/frame9.png", frame_image(0, 2, 77, 150));  // another size mid-way
  REQUIRE(video_run({frames, "红色杯子", "-o", dir / "word", "--word", "杯子"}).exit_code == 0);
  const Image last = image::load(dir / "word/frames/frame9.png");
  CHECK(last.width == 77);
  CHECK(last.height == 150);
  REQUIRE(video_run({frames, "红色杯子", "-o", dir / "all"}).exit_code == 0);
  const Image first = image::load(dir / "all/frames/frame0.png"), other = image::load(dir / "all/frames/frame9.png");
  CHECK(first.width == other.width);
  CHECK(first.height == other.height);
  CHECK(first.width % 2 == 0);
  CHECK(first.height % 2 == 0);
  CHECK(json_lines(dir / "all/frames.jsonl").size() == 3);
}

TEST_CASE("other files of the folder are ignored; names that differ in their end alone stay apart") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 1);
  write_bytes(frames + "/notes.txt", "mine");
  write_bytes(frames + "/.frame0.png", "a file of some file system");
  fs::create_directory(frames + "/more.png");
  write_scene(dir, 128, 96, "frames/frame0.PPM");
  REQUIRE(video_run({frames, "red", "-o", dir / "out"}).exit_code == 0);
  CHECK(files_below(dir / "out/frames") == std::set<std::string>{"frame0.PPM.png", "frame0.png.png"});
}

TEST_CASE("options of the main job, before and behind the command") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 1);
  const auto picture = [&](std::vector<std::string> before, std::vector<std::string> behind) {
    std::vector<std::string> arguments = before;
    arguments.insert(arguments.end(), {"video", frames, "red cup", "-o", dir / "out", "--patches", "24"});
    arguments.insert(arguments.end(), behind.begin(), behind.end());
    const Outcome outcome = attnviz_run(arguments);
    REQUIRE_MESSAGE(outcome.exit_code == 0, outcome.err);
    return read_bytes(dir / "out/frames/frame0.png");
  };
  const std::string plain = picture({}, {});
  const std::vector<std::string> looks{"--colormap", "viridis", "--grid", "--scale", "shared"};
  CHECK(picture({}, looks) != plain);
  CHECK(picture(looks, {}) == picture({}, looks));
  CHECK(picture({}, {"--boxes"}) != plain);
  CHECK(picture({}, {"--lang", "zh"}) != plain);
  CHECK(attnviz_run({"--preview", "video", frames, "red"}).exit_code == 2);
}

TEST_CASE("what is wrong with the input is said in one line, and nothing is written") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 3), out = dir / "out";
  fs::create_directory(dir / "empty");
  write_bytes(dir / "empty/notes.txt", "mine");
  expect_error(video_run({dir / "empty", "red", "-o", out}), 3, "holds no images");
  expect_error(video_run({dir / "nowhere", "red", "-o", out}), 3, "no such file or folder");
  expect_error(video_run({"/dev/zero", "red", "-o", out}), 3, "/dev/zero");
  expect_error(video_run({frames, "red", "-o", out, "--word", "碗"}), 2, "no word is '碗'");
  expect_error(video_run({frames, "red red", "-o", out, "--word", "red"}), 2, "give its number: 0, 1");
  expect_error(video_run({frames, "", "-o", out}), 3, "instruction: is empty");
  expect_error(video_run({frames, "red", "-o", out, "-k", "10000"}), 2, "--top");
  expect_error(video_run({frames, "red", "-o", out, "--formats", "png,mp4"}), 2, "--formats");
  expect_error(attnviz_run({"video", frames}), 2, "INSTRUCTION: is missing");
  expect_error(attnviz_run({"video"}), 2, "is missing");
  write_bytes(frames + "/frame1.png", "no image");
  expect_error(video_run({frames, "red", "-o", out}), 3, "frame1.png");
  CHECK_FALSE(fs::exists(out));
}

TEST_CASE("results do not get among the frames") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 1);
  expect_error(video_run({frames, "red", "-o", frames}), 2, "--out");
  expect_error(video_run({frames, "red", "-o", dir / "."}), 2, "--out");  // its frames/ would be the input's
  CHECK(files_below(frames).size() == 1);
}

TEST_CASE("another job's results are not overwritten, this job's are replaced as a whole") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 3), out = dir / "out";
  REQUIRE(video_run({frames, "red", "-o", out}).exit_code == 0);
  expect_error(video_run({frames, "blue", "-o", out}), 5, "another instruction ('red')");
  const std::string other = write_frames(dir, 1, "others");
  expect_error(video_run({other, "red", "-o", out}), 5, "another video");
  fs::remove(frames + "/frame1.png");
  REQUIRE(video_run({frames, "red", "-o", out}).exit_code == 0);
  CHECK(files_below(dir / "out/frames") == std::set<std::string>{"frame0.png", "frame2.png"});
  write_bytes(dir / "out/frames/mine.png", "mine");
  REQUIRE(video_run({frames, "blue", "-o", out, "--force", "--formats", "json"}).exit_code == 0);
  CHECK(files_below(out) == std::set<std::string>{"frames.jsonl", "video.json", "frames/mine.png"});
}

TEST_CASE("files that no run names are not overwritten") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 1);
  fs::create_directory(dir / "out");
  write_bytes(dir / "out/timeline.png", "mine");
  expect_error(video_run({frames, "red", "-o", dir / "out"}), 5, "--force");
  CHECK(read_bytes(dir / "out/timeline.png") == "mine");
  CHECK(files_below(dir / "out").size() == 1);
}

TEST_CASE("results of images and of videos do not get into one folder") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 1), image = frames + "/frame0.png";
  REQUIRE(video_run({frames, "red", "-o", dir / "film"}).exit_code == 0);
  expect_error(attnviz_run({image, "red", "-o", dir / "film"}), 5, "a video's");
  REQUIRE(attnviz_run({image, "red", "-o", dir / "picture"}).exit_code == 0);
  expect_error(video_run({frames, "red", "-o", dir / "picture"}), 5, "an image's");
}

TEST_CASE("one folder is one job, however it is spelt") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 1), out = dir / "out";
  REQUIRE(video_run({frames, "red", "-o", out}).exit_code == 0);
  CHECK(video_run({frames + "/", "red", "-o", out}).exit_code == 0);
  CHECK(video_run({dir / "./frames", "red", "-o", out}).exit_code == 0);
}

TEST_CASE("what is in the way of a picture is found before the work") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 3);
  fs::create_directories(dir / "out/frames");
  write_bytes(dir / "out/frames/frame2.png", "mine");
  // The second frame cannot be read: to come so far would give another error.
  write_bytes(frames + "/frame1.png", "broken");
  expect_error(video_run({frames, "red", "-o", dir / "out"}), 5, "frame2.png");
}

TEST_CASE("an edited video.json makes nothing else go away") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 1), out = dir / "out";
  REQUIRE(video_run({frames, "red", "-o", out}).exit_code == 0);
  write_bytes(dir / "mine.txt", "mine");
  write_bytes(dir / "out/frames/mine.txt", "mine");
  Json summary = Json::parse(read_bytes(dir / "out/video.json"));
  summary["files"] = {"../mine.txt",  "frames/../../mine.txt", "frames/mine.txt",  dir / "mine.txt",
                      "frames.jsonl", "timeline.png",          "frames/frame0.png"};
  write_bytes(dir / "out/video.json", summary.dump());
  REQUIRE(video_run({frames, "red", "-o", out}).exit_code == 0);
  CHECK(read_bytes(dir / "mine.txt") == "mine");
  CHECK(read_bytes(dir / "out/frames/mine.txt") == "mine");
}

TEST_CASE("an interrupt takes everything back and says how far it got") {
  const TempDir dir;
  const std::string frames = write_frames(dir, 400), out = dir / "out";
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}}) {
    const Outcome outcome = test::interrupt({ATTNVIZ_BINARY, "video", frames, "red", "-o", out}, out, signal);
    CHECK(outcome.exit_code == code);
    CHECK_MESSAGE(outcome.err.find("attnviz: interrupted after ") != std::string::npos, outcome.err);
    CHECK_FALSE(fs::exists(out));
  }
}

TEST_CASE("a copy of the program alone reads folders, and says what video files need") {
  const TempDir dir;
  fs::copy_file(ATTNVIZ_BINARY, dir / "attnviz");
  const std::string frames = write_frames(dir, 1);
  const Outcome folder = run({dir / "attnviz", "video", frames, "red", "-o", dir / "out"});
  CHECK_MESSAGE(folder.exit_code == 0, folder.err);
  write_bytes(dir / "clip.mp4", "no video, but that is not known without the module");
  expect_error(run({dir / "attnviz", "video", dir / "clip.mp4", "red", "-o", dir / "none"}), 3,
               "install libopencv-videoio-dev");
  write_bytes(dir / "libattnviz-video.so", "no library");
  expect_error(run({dir / "attnviz", "video", dir / "clip.mp4", "red", "-o", dir / "none"}), 3, "folder of frames");
}
