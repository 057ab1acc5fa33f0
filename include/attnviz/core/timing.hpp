// How long the stages of a job took, in milliseconds; times as people read them.
#pragma once

#include <chrono>
#include <string>

namespace attnviz {

struct StageTimes {
  double load = 0, encode = 0, attend = 0, render = 0, write = 0, total = 0;
};

class Stopwatch {
public:
  double elapsed_ms() const { return std::chrono::duration<double, std::milli>(Clock::now() - start_).count(); }
  // The time since the start or the last lap; starts anew.
  double lap_ms() {
    const double elapsed = elapsed_ms();
    start_ = Clock::now();
    return elapsed;
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

// "0:07", "2:05:30". A day and more stay hours.
std::string clock_text(double seconds);

}  // namespace attnviz
