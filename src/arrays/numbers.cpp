#include "arrays/numbers.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <stdexcept>

static_assert(std::endian::native == std::endian::little, "files of numbers are little-endian");

namespace attnviz::arrays {
namespace {

// Branch-free, so that compilers turn loops over it into vector code. Infinity and NaN come out as large numbers.
float from_half(std::uint32_t half) {
  constexpr std::uint32_t kExponentShift = 112u << 23;   // difference of the two exponent biases
  constexpr std::uint32_t kSmallestNormal = 113u << 23;  // 2^-14
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t magnitude = (half & 0x7fffu) << 13;
  const std::uint32_t normal = magnitude + kExponentShift;
  // Subnormal: put the mantissa behind 2^-14 and take 2^-14 away again.
  const auto subnormal = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude + kSmallestNormal) -
                                                      std::bit_cast<float>(kSmallestNormal));
  const std::uint32_t is_normal = (half & 0x7c00u) != 0 ? ~0u : 0u;
  return std::bit_cast<float>((normal & is_normal) | (subnormal & ~is_normal) | sign);
}

// Both halves in blocks of a few kB: an aligned copy, then a loop that compilers turn into vector code.
template <typename Convert>
bool from_16_bits(const std::byte* bytes, std::span<float> out, std::uint32_t exponent_bits, Convert convert) {
  std::array<std::uint16_t, 512> chunk;
  std::uint32_t not_finite = 0;
  for (std::size_t begin = 0; begin < out.size(); begin += chunk.size()) {
    const std::size_t count = std::min(chunk.size(), out.size() - begin);
    std::memcpy(chunk.data(), bytes + 2 * begin, 2 * count);
    float* values = out.data() + begin;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t value = chunk[i];
      not_finite |= (value & exponent_bits) == exponent_bits ? 1u : 0u;
      values[i] = convert(value);
    }
  }
  return not_finite == 0;
}

bool all_finite(std::span<const float> values) {
  bool finite = true;
  for (const float value : values) finite = finite && std::isfinite(value);
  return finite;
}

bool from_64_bits(const std::byte* bytes, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    double value = 0;
    std::memcpy(&value, bytes + 8 * i, 8);
    out[i] = static_cast<float>(value);
  }
  return all_finite(out);
}

}  // namespace

std::size_t value_bytes(Dtype dtype) {
  switch (dtype) {
    case Dtype::f16:
    case Dtype::bf16:
      return 2;
    case Dtype::f32:
      return 4;
    case Dtype::f64:
      return 8;
    case Dtype::other:
      break;
  }
  return 0;
}

bool to_floats(const std::byte* bytes, Dtype dtype, std::span<float> out) {
  switch (dtype) {
    case Dtype::f16:
      return from_16_bits(bytes, out, 0x7c00u, from_half);
    case Dtype::bf16:
      return from_16_bits(bytes, out, 0x7f80u, [](std::uint32_t value) { return std::bit_cast<float>(value << 16); });
    case Dtype::f32:
      std::memcpy(out.data(), bytes, out.size_bytes());
      return all_finite(out);
    case Dtype::f64:
      return from_64_bits(bytes, out);
    case Dtype::other:
      break;
  }
  throw std::logic_error("to_floats: not a type of numbers that it knows");
}

}  // namespace attnviz::arrays
