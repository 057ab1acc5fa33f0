// Numbers of files as float32: float16, bfloat16, float32 and float64, little-endian, at any alignment.
#pragma once

#include <cstddef>
#include <span>

namespace attnviz::arrays {

enum class Dtype { f16, bf16, f32, f64, other };

// Bytes of one value; 0 for `other`.
std::size_t value_bytes(Dtype dtype);

// `bytes`: value_bytes(dtype) * out.size() of them; float64 is rounded. False where a value is infinite or NaN, or too
// large for float32. `dtype` is not `other`.
[[nodiscard]] bool to_floats(const std::byte* bytes, Dtype dtype, std::span<float> out);

}  // namespace attnviz::arrays
