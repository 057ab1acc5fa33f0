// How text for a terminal is put together: in the user's language, with colours where they are wanted. Private to
// report.
#pragma once

#include <array>
#include <cstdio>
#include <string>

#include "attnviz/report/terminal.hpp"

namespace attnviz::report {

constexpr const char* kBold = "\x1b[1m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kReset = "\x1b[0m";

inline std::string fixed(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

class Writer {
public:
  explicit Writer(const TerminalStyle& style) : style_(style) {}

  const char* say(const char* en, const char* zh) const { return style_.language == Language::zh ? zh : en; }
  std::string in(const char* colour, const std::string& text) const {
    return style_.colour ? colour + text + kReset : text;
  }

private:
  TerminalStyle style_;
};

}  // namespace attnviz::report
