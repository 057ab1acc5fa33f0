#include "app/interrupt.hpp"

#include <array>

namespace attnviz::app {
namespace {

constexpr std::array kSignals{SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t noted = 0;

extern "C" void note_signal(int signal) { noted = signal; }

}  // namespace

InterruptWatch::InterruptWatch() {
  noted = 0;
  struct sigaction watch {};
  watch.sa_handler = note_signal;
  watch.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
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

}  // namespace attnviz::app
