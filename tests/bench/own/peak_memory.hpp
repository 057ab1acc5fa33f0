// Peak resident memory of this program.
#pragma once

#include <fstream>
#include <string>

namespace own {

// "VmHWM:   123456 kB". Not getrusage: its peak begins with that of the program that started this one.
inline std::string peak_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmHWM:" && status >> word) return word;
  }
  return "unknown";
}

}  // namespace own
