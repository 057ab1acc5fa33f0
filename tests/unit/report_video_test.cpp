// frames.jsonl and video.json as text.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "attnviz/report/video_report.hpp"
#include "support/sample_report.hpp"
#include "support/temp_dir.hpp"

using namespace attnviz;
using namespace attnviz::report;
using namespace attnviz::test;

namespace {

Report two_words() {
  Report report;
  for (const char* text : {"红色", "\"cup\"\n"}) {
    Word word;
    word.text = text;
    report.words.push_back(word);
    WordReading reading;
    reading.entropy = 1.0 / 3;
    reading.top.push_back({1, 17, 1, 1, 2.0 / 3, 2.0 / 3, {16, 16, 32, 32}});
    report.main_view().readings.push_back(reading);
  }
  report.main_view().readings[0].nothing = 0.25;
  return report;
}

}  // namespace

TEST_CASE("a frame is one line") {
  const std::string line = frame_line({57, 2.28, ""}, two_words());
  CHECK(line ==
        "{\"frame\":57,\"time_s\":2.28,\"words\":[{\"index\":0,\"text\":\"红色\",\"entropy\":0.333333,\"nothing\":0.25,"
        "\"top\":[{\"patch\":17,\"weight\":0.666667,\"box\":[16,16,32,32]}]},{\"index\":1,\"text\":\"\\\"cup\\\"\\n\","
        "\"entropy\":0.333333,\"nothing\":null,\"top\":[{\"patch\":17,\"weight\":0.666667,\"box\":[16,16,32,32]}]}],"
        "\"target\":null}\n");
  const std::string named = frame_line({0, std::nullopt, "a/\xff.png"}, two_words());
  CHECK(named.starts_with("{\"frame\":0,\"image\":\"a/\xEF\xBF\xBD.png\",\"words\""));  // bytes that are no UTF-8
  CHECK(std::ranges::count(named, '\n') == 1);
}

TEST_CASE("numbers that are not finite, and words without readings, are mistakes") {
  Report report = two_words();
  report.main_view().readings[0].entropy = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(frame_line({}, report), std::logic_error);
  report.main_view().readings.pop_back();
  CHECK_THROWS_AS(frame_line({}, report), std::logic_error);
}

TEST_CASE("a summary is read back; anything else is none") {
  const TempDir dir;
  VideoSummary summary;
  summary.source = "clip.mp4";
  summary.instruction = "拿起 \"红色\" 杯子";
  summary.files = {"frames.jsonl", "attention.mp4"};
  write_bytes(dir / "video.json", to_json(summary));
  const auto read = read_video_summary(dir / "video.json");
  REQUIRE(read);
  CHECK(read->source == summary.source);
  CHECK(read->instruction == summary.instruction);
  CHECK(read->files == summary.files);
  CHECK_FALSE(read_video_summary(dir / "none.json"));
  for (const char* text : {"", "[]", "{\"schema\": \"attnviz.video/2\"}", "{\"schema\": \"attnviz.video/1\"}",
                           "{\"schema\": 7, \"files\": {}}"}) {
    write_bytes(dir / "other.json", text);
    CHECK_FALSE(read_video_summary(dir / "other.json"));
  }
}
