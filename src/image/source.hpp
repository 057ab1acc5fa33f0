// The bytes of one image file under its name, as the decoders share them. Borrows both; lives for one call of decode().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "attnviz/core/error.hpp"
#include "attnviz/core/image.hpp"

namespace attnviz::image {

struct Source {
  std::span<const std::uint8_t> bytes;
  const std::string& name;

  [[noreturn]] void fail_broken(const std::string& format) const {
    throw Error(ErrorCode::input, name, "truncated or broken " + format + " file", "use a complete copy of it");
  }
  [[noreturn]] void fail_unsupported(const std::string& what) const {
    throw Error(ErrorCode::input, name, what, "convert it to PNG or JPEG (8 bits a channel)");
  }
  // Throws where an image of this size must not be decoded; call it before anything is allocated for the pixels.
  void check_size(std::uint64_t width, std::uint64_t height, const std::string& format) const;
};

// What a file says about its picture before the pixels are decoded.
struct Header {
  std::uint64_t width = 0, height = 0;
  int orientation = 1;  // EXIF, 1..8; 1: upright
};

// Each walks the whole file and throws Error where it ends early, which the pixel decoders would paint over.
Header read_png_header(const Source& source);
Header read_jpeg_header(const Source& source);
Header read_bmp_header(const Source& source);

// The decoders: upright or not is the caller's business (`Header::orientation`).
Image decode_with_stb(const Source& source, const Header& header, const std::string& format);
Image decode_pnm(const Source& source);
Image decode_webp(const Source& source, int& orientation);

// [pixels, channels] bytes, where channels is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha), to RGB over white.
Image to_rgb(const std::uint8_t* pixels, int width, int height, int channels);

}  // namespace attnviz::image
