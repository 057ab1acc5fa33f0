// Ctrl-C in the middle of a long job: its files are taken back before the program ends.
#pragma once

#include <csignal>
#include <stdexcept>
#include <string>

namespace attnviz::app {

// Thrown where a job notices that it was interrupted; the program ends with 128 + signal, as shells have it.
class Interrupted : public std::runtime_error {
public:
  Interrupted(int signal, const std::string& how_far) : std::runtime_error(how_far), signal_(signal) {}
  int signal() const noexcept { return signal_; }

private:
  int signal_;
};

// While it lives, SIGINT, SIGTERM and SIGHUP are only noted; the third ends the program as ever.
class InterruptWatch {
public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  // The signal that came; 0: none.
  int signal() const;
  // Throws Interrupted where one came.
  void stop_if_interrupted() const;

private:
  struct sigaction before_[3];
};

}  // namespace attnviz::app
