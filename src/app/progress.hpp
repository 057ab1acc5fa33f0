// How far a long job is, on standard error: one line that is drawn over again on a terminal, else a line now and then.
#pragma once

#include <chrono>
#include <string>

#include "attnviz/report/terminal.hpp"

namespace attnviz::app {

class Progress {
public:
  // `total`: how many steps there will be; 0: unknown. `quiet`: nothing is said.
  Progress(report::Language language, long total, bool quiet);
  // Clears its line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step();

private:
  using Clock = std::chrono::steady_clock;

  std::string line(double seconds) const;

  report::Language language_;
  long total_, done_ = 0;
  bool quiet_, is_terminal_, has_line_ = false;
  Clock::time_point begin_ = Clock::now(), said_ = begin_;
};

}  // namespace attnviz::app
