// Broken inputs without a fuzzer: random changes of sound ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace attnviz::test {

// Flips, cuts, doubles and overwrites with extreme values, a few times over.
class Mutator {
public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : random_() % bound; }

  std::string mutate(std::string bytes) {
    for (std::size_t rounds = 1 + below(6); rounds-- > 0;) change(bytes);
    return bytes;
  }

private:
  void change(std::string& bytes) {
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        if (!bytes.empty()) bytes[at] = static_cast<char>(random_());
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), below(64)));
        break;
      case 4:
        bytes.erase(at, below(16));
        break;
      default:
        overwrite(bytes, at);
    }
  }

  void overwrite(std::string& bytes, std::size_t at) {
    static const std::vector<std::string> extremes{"\xFF\xFF\xFF\xFF",
                                                   std::string(4, '\0'),
                                                   "\x7F\xFF\xFF\xFF",
                                                   std::string("\x80\0\0\0", 4),
                                                   "99999999999999999999",
                                                   "-1",
                                                   "1e999",
                                                   "[[[[[[[[",
                                                   "\"",
                                                   "\xF0\x9F\x98\x80",
                                                   "\xE2\x80\x8D"};
    const std::string& extreme = extremes[below(extremes.size())];
    bytes.replace(at, extreme.size(), extreme);
  }

  std::mt19937 random_;
};

}  // namespace attnviz::test
