// RFC 4648, with padding.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace attnviz::report {

std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace attnviz::report
