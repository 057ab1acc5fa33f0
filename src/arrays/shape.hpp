// Shapes of arrays as files claim them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace attnviz::arrays {

// "[2, 3]"
std::string to_string(const std::vector<std::size_t>& shape);

// Product of the sides times the size of a value; empty where that does not fit 64 bits.
std::optional<std::uint64_t> bytes_of(const std::vector<std::size_t>& shape, std::size_t value_bytes);

}  // namespace attnviz::arrays
