// Image files made in memory, whole and broken, and pictures to put into them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "support/temp_dir.hpp"

namespace attnviz::test {

using Bytes = std::vector<std::uint8_t>;

// Every pixel tells where it is: red grows with x, green with y.
inline Image coordinates_image(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.pixel(x, y);
      pixel[0] = static_cast<std::uint8_t>(x * 7 % 256);
      pixel[1] = static_cast<std::uint8_t>(y * 5 % 256);
      pixel[2] = static_cast<std::uint8_t>((x + y) % 256);
    }
  }
  return image;
}

inline void append_be(Bytes& to, std::uint32_t value, int count = 4) {
  for (int i = count; i-- > 0;) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

inline std::uint32_t crc32(const std::uint8_t* data, std::size_t size) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (std::size_t i = 0; i < size; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

inline void append_chunk(Bytes& png, const std::string& type, const Bytes& data) {
  append_be(png, static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = png.size();
  png.insert(png.end(), type.begin(), type.end());
  png.insert(png.end(), data.begin(), data.end());
  append_be(png, crc32(png.data() + begin, png.size() - begin));
}

// Zlib data of stored blocks: no compression.
inline Bytes stored_zlib(const Bytes& raw) {
  Bytes zlib{0x78, 0x01};
  std::uint32_t a = 1, b = 0;
  for (std::size_t at = 0; at < raw.size() || at == 0; at += 65535) {
    const auto size = static_cast<std::uint16_t>(std::min<std::size_t>(65535, raw.size() - at));
    zlib.push_back(at + 65535 >= raw.size() ? 1 : 0);
    for (const unsigned value : {unsigned{size}, ~unsigned{size}}) {
      zlib.push_back(static_cast<std::uint8_t>(value));
      zlib.push_back(static_cast<std::uint8_t>(value >> 8));
    }
    for (std::size_t i = at; i < at + size; ++i) {
      zlib.push_back(raw[i]);
      a = (a + raw[i]) % 65521;
      b = (b + a) % 65521;
    }
  }
  append_be(zlib, b << 16 | a);
  return zlib;
}

struct PngParts {
  std::uint32_t width = 0, height = 0;
  int bits = 8, colour_type = 2;  // 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
  Bytes rows;                     // packed pixels, without the filter bytes
  Bytes palette, transparency, exif;
};

inline Bytes make_png(const PngParts& parts) {
  Bytes png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  Bytes header;
  append_be(header, parts.width);
  append_be(header, parts.height);
  header.insert(header.end(),
                {static_cast<std::uint8_t>(parts.bits), static_cast<std::uint8_t>(parts.colour_type), 0, 0, 0});
  append_chunk(png, "IHDR", header);
  if (!parts.exif.empty()) append_chunk(png, "eXIf", parts.exif);
  if (!parts.palette.empty()) append_chunk(png, "PLTE", parts.palette);
  if (!parts.transparency.empty()) append_chunk(png, "tRNS", parts.transparency);
  Bytes raw;
  const std::size_t stride = parts.height == 0 ? 0 : parts.rows.size() / parts.height;
  for (std::size_t y = 0; stride > 0 && y < parts.height; ++y) {
    raw.push_back(0);
    raw.insert(raw.end(), parts.rows.begin() + static_cast<std::ptrdiff_t>(y * stride),
               parts.rows.begin() + static_cast<std::ptrdiff_t>((y + 1) * stride));
  }
  append_chunk(png, "IDAT", stored_zlib(raw));
  append_chunk(png, "IEND", {});
  return png;
}

inline Bytes make_png(const Image& image) {
  return make_png(
      {static_cast<std::uint32_t>(image.width), static_cast<std::uint32_t>(image.height), 8, 2, image.rgb, {}, {}, {}});
}

// A little TIFF structure that holds the orientation alone.
inline Bytes make_exif(int orientation, bool big_endian) {
  if (big_endian)
    return {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, static_cast<std::uint8_t>(orientation),
            0,   0};
  return {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, static_cast<std::uint8_t>(orientation),
          0,   0,   0};
}

// Writes the bytes into the folder and returns the path.
inline std::filesystem::path write_file(const TempDir& dir, const std::string& name, const Bytes& bytes) {
  write_bytes(dir / name, {bytes.begin(), bytes.end()});
  return dir / name;
}

}  // namespace attnviz::test
