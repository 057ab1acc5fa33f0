#include "arrays/shape.hpp"

#include <algorithm>
#include <limits>

namespace attnviz::arrays {

std::string to_string(const std::vector<std::size_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text.append(i == 0 ? "" : ", ").append(std::to_string(shape[i]));
  return text.append("]");
}

std::optional<std::uint64_t> bytes_of(const std::vector<std::size_t>& shape, std::size_t value_bytes) {
  if (std::ranges::find(shape, std::size_t{0}) != shape.end()) return 0;
  std::uint64_t bytes = value_bytes;
  for (const std::size_t side : shape) {
    if (bytes > std::numeric_limits<std::uint64_t>::max() / side) return std::nullopt;
    bytes *= side;
  }
  return bytes;
}

}  // namespace attnviz::arrays
