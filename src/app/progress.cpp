#include "app/progress.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>

#include "app/terminal_io.hpp"
#include "attnviz/core/timing.hpp"

namespace attnviz::app {
namespace {

constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

Progress::Progress(report::Language language, long total, bool quiet)
    : language_(language), total_(total), quiet_(quiet), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (has_line_) notice(kClearLine);
}

void Progress::step() {
  constexpr std::chrono::milliseconds kOnTerminal{100}, kElsewhere{5000};
  ++done_;
  const Clock::time_point now = Clock::now();
  if (quiet_ || now - said_ < (is_terminal_ ? kOnTerminal : kElsewhere)) return;
  said_ = now;
  const std::string text = line(std::chrono::duration<double>(now - begin_).count());
  notice(is_terminal_ ? kClearLine + text : "attnviz: " + text + "\n");
  has_line_ = is_terminal_;
}

std::string Progress::line(double seconds) const {
  const bool chinese = language_ == report::Language::zh;
  const double rate = static_cast<double>(done_) / seconds;
  std::array<char, 32> of_second{};
  std::snprintf(of_second.data(), of_second.size(), rate < 10 ? "%.1f" : "%.0f", rate);
  std::string text = (chinese ? "帧 " : "frame ") + std::to_string(done_);
  if (total_ >= done_) text += "/" + std::to_string(total_);
  text += std::string("   ") + of_second.data() + (chinese ? " 帧/秒" : " a second");
  if (total_ < done_) return text;
  const std::string left = clock_text(static_cast<double>(total_ - done_) / rate);
  return text + (chinese ? "   剩余 " + left : "   " + left + " left");
}

}  // namespace attnviz::app
