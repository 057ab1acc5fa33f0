// The header of .npy files, formats 1.0 to 3.0 (numpy.lib.format): magic, version, a length, then a Python dictionary
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } padded with spaces. The numbers follow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arrays/numbers.hpp"
#include "arrays/source.hpp"

namespace attnviz::arrays {

constexpr std::string_view kNpyMagic("\x93NUMPY", 6);
constexpr std::size_t kNpyPreludeBytes = 12;     // magic, version and the longest form of the length
constexpr std::size_t kMaxNpyHeader = 64 << 10;  // NumPy itself writes some hundred bytes

struct NpyPrelude {
  std::size_t header_begin = 0, header_bytes = 0;
};

struct NpyHeader {
  std::string descr;  // as the file spells it: "<f4"
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

// What the type is called, how wide it is, and why its numbers cannot be read.
struct NpyType {
  Dtype dtype = Dtype::other;
  std::string name;
  std::size_t item_bytes = 0;  // 0: not of a fixed width that is known
  std::string problem, hint;   // empty: they can
};

// `bytes`: the first of the file, kNpyPreludeBytes where it has as many. Error: not .npy, another version, absurd.
NpyPrelude parse_npy_prelude(std::span<const std::byte> bytes, const Source& source);
NpyHeader parse_npy_header(std::string_view text, const Source& source);
NpyType npy_type(const NpyHeader& header);

// Product of the shape times the size of a value. Error for what does not fit 64 bits.
std::uint64_t bytes_of(const std::vector<std::size_t>& shape, std::size_t item_bytes, const Source& source);

}  // namespace attnviz::arrays
