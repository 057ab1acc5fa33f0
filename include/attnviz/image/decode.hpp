// Reads image files: PNG, JPEG, BMP, PNM (stb_image) and WebP (libwebp), as upright 8-bit RGB. EXIF orientation is
// applied, alpha laid over white, grey and 16-bit images converted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "attnviz/core/image.hpp"

namespace attnviz::image {

// More pixels than this are refused before anything is allocated for them.
constexpr std::size_t kMaxPixels = 200'000'000;
constexpr std::size_t kMaxSide = 1'000'000;  // what is kept for each column and row stays small beside the pixels
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;

// Throws Error (input) that names the path: missing, a directory, unreadable, empty, too large, not an image, broken.
Image load(const std::filesystem::path& path);

// The same from memory. `name` stands for the path in errors.
Image decode(std::span<const std::uint8_t> bytes, const std::string& name);

}  // namespace attnviz::image
