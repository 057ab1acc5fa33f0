#include "model/half.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

static_assert(std::endian::native == std::endian::little, "model files are little-endian");

namespace attnviz::model {
namespace {

// Branch-free, so that compilers turn loops over it into vector code. Infinity and NaN come out as large numbers.
float convert(std::uint32_t half) {
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

}  // namespace

bool half_to_float(const std::byte* bytes, std::span<float> out) {
  std::array<std::uint16_t, 512> chunk;  // aligned copy
  std::uint32_t not_finite = 0;
  for (std::size_t begin = 0; begin < out.size(); begin += chunk.size()) {
    const std::size_t count = std::min(chunk.size(), out.size() - begin);
    std::memcpy(chunk.data(), bytes + 2 * begin, 2 * count);
    float* values = out.data() + begin;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t half = chunk[i];
      not_finite |= (half & 0x7c00u) == 0x7c00u ? 1u : 0u;
      values[i] = convert(half);
    }
  }
  return not_finite == 0;
}

}  // namespace attnviz::model
