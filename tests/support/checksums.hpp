// For test programs whose results must not depend on the number of threads: that number can be set once a process, so
// they start themselves with different ones and compare the lines "checksum ..." that their test case "checksums"
// prints.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "attnviz/core/matrix.hpp"
#include "attnviz/core/parallel.hpp"
#include "support/process.hpp"

namespace attnviz::test {

// FNV-1a over the bits of all that comes in, 32 at a time.
class Checksum {
public:
  void add(const Matrix& matrix) { add(std::as_bytes(std::span(matrix.data(), matrix.rows() * matrix.cols()))); }
  void add(std::span<const std::byte> data) {
    std::vector<std::uint32_t> words(data.size() / sizeof(std::uint32_t));
    if (!words.empty()) std::memcpy(words.data(), data.data(), data.size());
    for (const std::uint32_t word : words) value_ = (value_ ^ word) * 1099511628211U;
  }
  unsigned long long value() const { return value_; }

private:
  std::uint64_t value_ = 14695981039346656037U;
};

// To be called at the beginning of "checksums".
inline void use_threads_asked_for() {
  const char* count = std::getenv("ATTNVIZ_TEST_THREADS");
  if (count == nullptr) return;
  set_num_threads(std::stoul(count));
  CHECK(num_threads() == std::stoul(count));
}

// What this program's "checksums" prints with so many threads, a line each.
inline std::string checksums_with(const std::string& threads) {
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const Outcome outcome = run({self, "--test-case=checksums"}, {".", {{"ATTNVIZ_TEST_THREADS", threads}}, ""});
  INFO("threads: ", threads, "\n", outcome.out, outcome.err);
  CHECK(outcome.exit_code == 0);
  std::string lines;
  for (std::size_t begin = outcome.out.find("checksum "); begin != std::string::npos;
       begin = outcome.out.find("checksum ", begin + 1)) {
    lines += outcome.out.substr(begin, outcome.out.find('\n', begin) - begin) + "\n";
  }
  return lines;
}

}  // namespace attnviz::test
