// WebP through libwebp, the only file that knows it.
#include <webp/decode.h>

#include <cstring>

#include "image/exif.hpp"
#include "image/source.hpp"

namespace attnviz::image {
namespace {

std::size_t chunk_size(std::span<const std::uint8_t> bytes, std::size_t at) {
  std::size_t size = 0;
  for (std::size_t i = 4; i-- > 0;) size = size << 8 | bytes[at + 4 + i];
  return size;
}

// Walks the RIFF chunks; broken ones end the search, the pixels are libwebp's to judge.
int find_orientation(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kChunkHeader = 8;
  for (std::size_t at = 12; at + kChunkHeader <= bytes.size();) {
    const std::size_t size = chunk_size(bytes, at);
    if (size > bytes.size() - at - kChunkHeader) return 1;
    if (std::memcmp(bytes.data() + at, "EXIF", 4) == 0) return exif_orientation(bytes.subspan(at + kChunkHeader, size));
    at += kChunkHeader + size + size % 2;
  }
  return 1;
}

}  // namespace

Image decode_webp(const Source& source, int& orientation) {
  const std::span<const std::uint8_t> bytes = source.bytes;
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) source.fail_broken("WebP");
  if (features.has_animation != 0) source.fail_unsupported("an animated WebP file");
  source.check_size(static_cast<std::uint64_t>(features.width), static_cast<std::uint64_t>(features.height), "WebP");
  const int channels = features.has_alpha != 0 ? 4 : 3;
  const int stride = features.width * channels;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(stride) * static_cast<std::size_t>(features.height));
  const auto decode_into = features.has_alpha != 0 ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
  if (decode_into(bytes.data(), bytes.size(), pixels.data(), pixels.size(), stride) == nullptr)
    source.fail_broken("WebP");
  orientation = find_orientation(bytes);
  return to_rgb(pixels.data(), features.width, features.height, channels);
}

}  // namespace attnviz::image
