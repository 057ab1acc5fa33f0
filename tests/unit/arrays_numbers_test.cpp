#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "arrays/numbers.hpp"
#include "support/tensor_file.hpp"

using namespace attnviz;
using arrays::Dtype;
using arrays::to_floats;

namespace {

template <typename T>
bool convert(T value, Dtype dtype, float& out) {
  return to_floats(reinterpret_cast<const std::byte*>(&value), dtype, {&out, 1});
}

}  // namespace

TEST_CASE("half precision: every finite value, exactly; infinity and NaN are reported") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const int exponent = (half >> 10) & 31, mantissa = half & 1023;
    float value = -1;
    const bool finite = to_floats(reinterpret_cast<const std::byte*>(&half), Dtype::f16, {&value, 1});
    if (exponent == 31) {
      if (finite) FAIL_CHECK("not reported: ", bits);
      continue;
    }
    const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    const double expected = half & 0x8000 ? -magnitude : magnitude;
    if (!finite || value != expected || std::signbit(value) != ((half & 0x8000) != 0)) FAIL_CHECK("wrong: ", bits);
  }
}

TEST_CASE("half precision at odd addresses and lengths beyond a chunk") {
  std::vector<std::byte> bytes(2 * 1500 + 1);
  for (std::size_t i = 0; i < 1500; ++i) {
    const std::uint16_t half = test::to_half(static_cast<float>(i) / 16);
    std::memcpy(bytes.data() + 1 + 2 * i, &half, 2);
  }
  std::vector<float> values(1500);
  REQUIRE(to_floats(bytes.data() + 1, Dtype::f16, values));
  for (std::size_t i = 0; i < 1500; ++i) CHECK(values[i] == static_cast<float>(i) / 16);
}

TEST_CASE("bfloat16: the upper half of a float32, exactly; infinity and NaN are reported") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const std::uint32_t whole = bits << 16;
    float expected = 0, value = -1;
    std::memcpy(&expected, &whole, 4);
    const bool finite = convert(static_cast<std::uint16_t>(bits), Dtype::bf16, value);
    if (finite != std::isfinite(expected)) FAIL_CHECK("wrongly reported: ", bits);
    if (finite && value != expected) FAIL_CHECK("wrong: ", bits);
  }
}

TEST_CASE("float64 is rounded; what float32 cannot hold is reported") {
  float value = 0;
  CHECK(convert(0.1, Dtype::f64, value));
  CHECK(value == 0.1F);
  CHECK_FALSE(convert(1e300, Dtype::f64, value));
  CHECK_FALSE(convert(std::numeric_limits<double>::quiet_NaN(), Dtype::f64, value));
  CHECK_FALSE(convert(std::numeric_limits<float>::infinity(), Dtype::f32, value));
}
