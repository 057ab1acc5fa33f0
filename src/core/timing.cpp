#include "attnviz/core/timing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace attnviz {

std::string clock_text(double seconds) {
  constexpr double kMost = 1e9;
  const long whole = std::lround(std::clamp(seconds, 0.0, kMost));
  std::array<char, 48> text{};
  if (whole >= 3600) {
    std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%ld:%02ld", whole / 60, whole % 60);
  }
  return text.data();
}

}  // namespace attnviz
