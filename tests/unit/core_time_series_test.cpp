// Values over time in bounded memory: what is kept says the truth about all that was added.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "attnviz/core/time_series.hpp"
#include "attnviz/core/timing.hpp"

using namespace attnviz;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("as long as there is room every value is a point of its own") {
  TimeSeries series(2, 8);
  for (int i = 0; i < 8; ++i) series.add(std::array{double(i), i % 2 == 0 ? kNone : -1.0});
  REQUIRE(series.num_points() == 8);
  CHECK(series.at(3, 0).low == 3);
  CHECK(series.at(3, 0).high == 3);
  CHECK(series.at(2, 1).empty());
  CHECK(series.at(3, 1).mean() == -1);
  CHECK(series.whole(1).count == 4);
}

TEST_CASE("however many values come, few points keep their range, mean, number and order") {
  for (const std::size_t most : {2, 3, 7, 64}) {
    for (const std::size_t count : {1, 2, 3, 5, 63, 64, 65, 1000, 12345}) {
      CAPTURE(most);
      CAPTURE(count);
      TimeSeries series(1, most);
      for (std::size_t i = 0; i < count; ++i) series.add(std::array{static_cast<double>(i)});
      CHECK(series.num_added() == count);
      REQUIRE(series.num_points() <= most);
      CHECK(series.num_points() * 4 > std::min(count, most));  // not more is merged than must be
      std::size_t next = 0;
      for (std::size_t point = 0; point < series.num_points(); ++point) {
        const Range& range = series.at(point, 0);
        CHECK(range.low == next);
        CHECK(range.high == next + range.count - 1);
        CHECK(range.mean() == doctest::Approx((double(range.low) + double(range.high)) / 2));
        next += range.count;
      }
      CHECK(next == count);
      CHECK(series.whole(0).high == count - 1);
    }
  }
}

TEST_CASE("wrong numbers of values are mistakes") {
  TimeSeries series(2);
  CHECK_THROWS_AS(series.add(std::array{1.0}), std::logic_error);
  CHECK_THROWS_AS(TimeSeries(0), std::logic_error);
  CHECK_THROWS_AS(TimeSeries(1, 1), std::logic_error);
}

TEST_CASE("times as people read them") {
  CHECK(clock_text(0) == "0:00");
  CHECK(clock_text(67.4) == "1:07");
  CHECK(clock_text(3599.6) == "1:00:00");
  CHECK(clock_text(7530) == "2:05:30");
  CHECK(clock_text(-5) == "0:00");
}
