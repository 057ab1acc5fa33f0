#include "image/exif.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace attnviz::image {
namespace {

constexpr std::uint32_t kOrientationTag = 0x0112;
constexpr std::uint32_t kShortType = 3;
constexpr std::array<std::uint8_t, 6> kJpegPrefix{'E', 'x', 'i', 'f', 0, 0};

// Unsigned integers of a TIFF structure in its own byte order; empty outside of the data.
class TiffReader {
public:
  TiffReader(std::span<const std::uint8_t> data, bool big_endian) : data_(data), big_endian_(big_endian) {}

  std::optional<std::uint32_t> read(std::size_t offset, std::size_t bytes) const {
    if (offset > data_.size() || data_.size() - offset < bytes) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) {
      value = value << 8 | data_[offset + (big_endian_ ? i : bytes - 1 - i)];
    }
    return value;
  }

private:
  std::span<const std::uint8_t> data_;
  bool big_endian_;
};

std::optional<std::uint32_t> find_orientation(const TiffReader& tiff) {
  if (tiff.read(2, 2) != 42U) return std::nullopt;
  const auto directory = tiff.read(4, 4);
  if (!directory) return std::nullopt;
  const auto count = tiff.read(*directory, 2);
  if (!count) return std::nullopt;
  for (std::size_t i = 0; i < *count; ++i) {
    const std::size_t entry = std::size_t{*directory} + 2 + 12 * i;
    const auto tag = tiff.read(entry, 2);
    if (!tag) return std::nullopt;
    if (*tag == kOrientationTag) return tiff.read(entry + 2, 2) == kShortType ? tiff.read(entry + 8, 2) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

int exif_orientation(std::span<const std::uint8_t> exif) {
  if (exif.size() >= kJpegPrefix.size() && std::equal(kJpegPrefix.begin(), kJpegPrefix.end(), exif.begin())) {
    exif = exif.subspan(kJpegPrefix.size());
  }
  if (exif.size() < 8 || exif[0] != exif[1] || (exif[0] != 'I' && exif[0] != 'M')) return 1;
  const auto value = find_orientation(TiffReader(exif, exif[0] == 'M'));
  return value && *value >= 1 && *value <= 8 ? static_cast<int>(*value) : 1;
}

Image apply_orientation(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const bool swap_axes = orientation >= 5;
  // Where the upright picture reads from, after the axes are swapped.
  const bool flip_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image upright(swap_axes ? image.height : image.width, swap_axes ? image.width : image.height);
  for (int y = 0; y < upright.height; ++y) {
    for (int x = 0; x < upright.width; ++x) {
      int from_x = swap_axes ? y : x;
      int from_y = swap_axes ? x : y;
      if (flip_x) from_x = image.width - 1 - from_x;
      if (flip_y) from_y = image.height - 1 - from_y;
      std::copy_n(image.pixel(from_x, from_y), 3, upright.pixel(x, y));
    }
  }
  return upright;
}

}  // namespace attnviz::image
