// Frames of a folder: their order, and what is skipped.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "app/frame_source.hpp"
#include "attnviz/core/error.hpp"
#include "support/frames.hpp"

using namespace attnviz;
using namespace attnviz::app;
using namespace attnviz::test;

TEST_CASE("numbers in names are compared as numbers") {
  const std::vector<std::string> expected{"",
                                          "1.png",
                                          "a",
                                          "frame.png",
                                          "frame0.png",
                                          "frame02.png",  // the same number: byte by byte
                                          "frame2.png",
                                          "frame2b.png",
                                          "frame10-2.png",
                                          "frame10-10.png",
                                          "frame10.png",
                                          "frame99999999999999999999.png",
                                          "frame100000000000000000000.png",
                                          "杯1",
                                          "杯2",
                                          "杯10"};
  std::vector<std::string> names = expected;
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::ranges::shuffle(names, random);
    std::ranges::sort(names, naturally_before);
    CHECK(names == expected);
  }
}

TEST_CASE("the order of names is strict: any two of them, any three of them") {
  std::mt19937 random(3);
  std::vector<std::string> names;
  for (int i = 0; i < 60; ++i) {
    std::string name;
    for (int c = 0; c < 5; ++c) name += "012a-."[random() % 6];
    names.push_back(name);
  }
  for (const std::string& a : names) {
    for (const std::string& b : names) {
      CHECK_FALSE((naturally_before(a, b) && naturally_before(b, a)));
      if (a != b) CHECK((naturally_before(a, b) || naturally_before(b, a)));
      for (const std::string& c : names) {
        if (naturally_before(a, b) && naturally_before(b, c)) REQUIRE(naturally_before(a, c));
      }
    }
  }
}

TEST_CASE("a folder gives its images one after another") {
  const TempDir dir;
  const auto frames = open_frames(write_frames(dir, 11));
  CHECK_FALSE(frames->is_video());
  CHECK(frames->num_frames() == 11);
  const auto first = frames->next();
  REQUIRE(first);
  CHECK(first->name == "frame0");
  CHECK(first->image.rgb == frame_image(0, 11).rgb);
  frames->skip(9);
  const auto last = frames->next();
  REQUIRE(last);
  CHECK(last->number == 10);
  CHECK(last->name == "frame10");
  CHECK_FALSE(frames->next());
  frames->skip(1000);
  CHECK_FALSE(frames->next());
  CHECK(frames->warnings().empty());
}
