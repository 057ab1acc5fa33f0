#include "app/interrupt.hpp"

#include <array>
#include <atomic>

namespace attnviz::app {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};

constexpr int kPatience = 3;

// The handler may run on any thread.
std::atomic<int> noted{0}, times{0};
static_assert(std::atomic<int>::is_always_lock_free);

// One Ctrl-C often arrives twice, from the terminal and from a wrapper: the second must not stop what takes files back.
extern "C" void note_signal(int signal) {
  noted = signal;
  if (++times < kPatience) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

InterruptWatch::InterruptWatch() {
  noted = 0;
  times = 0;
  struct sigaction watch {};
  watch.sa_handler = note_signal;
  watch.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals[i], nullptr, &before_[i]);
    // Under nohup the user has asked that it goes on.
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(kSignals[i], &watch, nullptr);
  }
}

InterruptWatch::~InterruptWatch() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
}

int InterruptWatch::signal() const { return noted; }

void InterruptWatch::stop_if_interrupted() const {
  if (signal() != 0) throw Interrupted(signal(), "interrupted; nothing was written");
}

}  // namespace attnviz::app
