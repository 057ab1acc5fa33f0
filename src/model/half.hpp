// IEEE half precision to float32.
#pragma once

#include <cstddef>
#include <span>

namespace attnviz::model {

// `bytes`: little-endian float16, 2 * out.size() bytes at any alignment. False where a value is infinite or NaN.
[[nodiscard]] bool half_to_float(const std::byte* bytes, std::span<float> out);

}  // namespace attnviz::model
