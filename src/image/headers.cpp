// What PNG, JPEG and BMP files say before their pixels. stb_image fills missing data with zeros or grey, so a file that
// ends early is found here.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "image/exif.hpp"
#include "image/source.hpp"

namespace attnviz::image {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::uint32_t big_endian(Bytes bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[at + i];
  return value;
}

std::uint32_t little_endian(Bytes bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

bool is_frame_header(std::uint8_t marker) {  // SOF0..SOF15, which share their numbers with DHT, JPG and DAC
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

bool has_no_length(std::uint8_t marker) { return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8); }

// The marker at or after `at` that is neither a stuffed 0xFF nor a restart, or 0 at the end; `at` moves behind it.
std::uint8_t next_marker(Bytes bytes, std::size_t& at) {
  while (at + 1 < bytes.size()) {
    const void* found = std::memchr(bytes.data() + at, 0xFF, bytes.size() - 1 - at);
    if (found == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data()) + 1;
    const std::uint8_t marker = bytes[at];
    if (marker == 0xFF || marker == 0 || has_no_length(marker)) continue;
    ++at;
    return marker;
  }
  return 0;
}

// The bit of a Huffman table; `kind`: 0 DC, 1 AC.
unsigned table_bit(unsigned kind, unsigned number) { return 1U << ((kind & 1) * 4 + (number & 3)); }

// Adds the tables of a segment to those that are `defined`. False: stb_image 2.27 would write past its tables, for the
// file declares more than 256 codes.
bool read_huffman_segment(Bytes data, unsigned& defined) {
  constexpr std::size_t kHead = 17;  // class and number, then the count of codes of each length
  while (!data.empty()) {
    if (data.size() < kHead) return false;
    const std::size_t codes = std::accumulate(data.begin() + 1, data.begin() + kHead, std::size_t{0});
    if (codes > 256 || codes > data.size() - kHead) return false;
    defined |= table_bit(data[0] >> 4, data[0]);
    data = data.subspan(kHead + codes);
  }
  return true;
}

// Whether all tables are `defined` that a scan reads with; stb_image would make up a picture. Frames of Motion JPEG
// leave them out.
bool has_its_tables(Bytes scan, bool is_progressive, unsigned defined) {
  if (scan.empty() || scan.size() < 4 + std::size_t{2} * scan[0]) return false;
  const Bytes last = scan.subspan(1 + std::size_t{2} * scan[0]);  // first and last coefficient, bits of earlier scans
  unsigned needed = 0;
  for (std::size_t i = 0; i < scan[0]; ++i) {
    const unsigned tables = scan[2 + 2 * i];
    const bool needs_dc = !is_progressive || (last[0] == 0 && last[2] >> 4 == 0);
    const bool needs_ac = !is_progressive || last[0] > 0;
    needed |= (needs_dc ? table_bit(0, tables >> 4) : 0) | (needs_ac ? table_bit(1, tables) : 0);
  }
  return (needed & ~defined) == 0;
}

// Each scan of a progressive file runs over the whole picture, so that a small file could keep us busy for hours.
constexpr int kMaxScans = 100;

// A file that cannot hold its picture would be painted all the same, and a small one could ask for a very large one.
// JPEG: each block of 8 x 8 takes a bit or more, of a component with at least a quarter of the picture's blocks.
bool can_hold_jpeg(const Header& header, std::size_t file_bytes) {
  constexpr std::uint64_t kMostPixelsPerByte = std::uint64_t{8} * 64 * 4;
  return header.width * header.height / kMostPixelsPerByte <= file_bytes;
}

// PNG: deflate makes 1032 bytes of one at most.
bool can_hold_png(const Header& header, unsigned bits, unsigned colour_type, std::size_t file_bytes) {
  const unsigned channels = colour_type == 2 ? 3 : colour_type == 4 ? 2 : colour_type == 6 ? 4 : 1;
  const std::uint64_t row = (header.width * bits * channels + 7) / 8 + 1;  // a byte says how it was filtered
  return header.height * row / 1032 <= file_bytes;
}

}  // namespace

Header read_png_header(const Source& source) {
  constexpr std::size_t kChunkFrame = 12;  // length, type, checksum
  const Bytes bytes = source.bytes;
  Header header;
  for (std::size_t at = 8; bytes.size() >= kChunkFrame && at <= bytes.size() - kChunkFrame;) {
    const std::size_t length = big_endian(bytes, at, 4);
    const std::uint32_t type = big_endian(bytes, at + 4, 4);
    if (length > bytes.size() - kChunkFrame - at) break;
    const Bytes data = bytes.subspan(at + 8, length);
    if (at == 8) {
      if (type != 0x49484452 /* IHDR */ || length != 13) break;
      header.width = big_endian(data, 0, 4);
      header.height = big_endian(data, 4, 4);
      source.check_size(header.width, header.height, "PNG");
      if (!can_hold_png(header, data[8], data[9], bytes.size())) break;
    }
    if (type == 0x65584966 /* eXIf */) header.orientation = exif_orientation(data);
    if (type == 0x49454E44 /* IEND */) return header;
    at += kChunkFrame + length;
  }
  source.fail_broken("PNG");
}

Header read_jpeg_header(const Source& source) {
  const Bytes bytes = source.bytes;
  Header header;
  int scans = 0;
  unsigned tables = 0;
  bool is_progressive = false;
  std::size_t at = 2;
  while (const std::uint8_t marker = next_marker(bytes, at)) {
    if (marker == 0xD9 /* end of image */) {
      if (header.width == 0 || scans == 0) break;
      return header;
    }
    if (bytes.size() - at < 2) break;
    const std::size_t length = big_endian(bytes, at, 2);
    if (length < 2 || length > bytes.size() - at) break;
    const Bytes data = bytes.subspan(at + 2, length - 2);
    if (is_frame_header(marker) && header.width == 0) {
      if (data.size() < 6) break;
      if (data[0] != 8) source.fail_unsupported("a JPEG file of " + std::to_string(data[0]) + " bits a channel");
      header.height = big_endian(data, 1, 2);
      header.width = big_endian(data, 3, 2);
      source.check_size(header.width, header.height, "JPEG");
      if (!can_hold_jpeg(header, bytes.size())) break;
    }
    is_progressive |= marker == 0xC2;
    if (marker == 0xC4 && !read_huffman_segment(data, tables)) break;
    if (marker == 0xDA && !has_its_tables(data, is_progressive, tables)) {
      source.fail_unsupported("a JPEG file without all of its Huffman tables");
    }
    if (marker == 0xE1 && header.orientation == 1) header.orientation = exif_orientation(data);
    if (marker == 0xDA && ++scans > kMaxScans) source.fail_unsupported("a JPEG file of more than 100 scans");
    at += length;
  }
  source.fail_broken("JPEG");
}

Header read_bmp_header(const Source& source) {
  const Bytes bytes = source.bytes;
  if (bytes.size() < 26) source.fail_broken("BMP");
  const std::uint64_t pixels_at = little_endian(bytes, 10, 4);
  const bool os2 = little_endian(bytes, 14, 4) == 12;
  if (!os2 && bytes.size() < 34) source.fail_broken("BMP");
  Header header;
  header.width = os2 ? little_endian(bytes, 18, 2) : little_endian(bytes, 18, 4);
  // A negative height means rows from the top.
  const auto height = static_cast<std::int32_t>(os2 ? little_endian(bytes, 20, 2) : little_endian(bytes, 22, 4));
  header.height = static_cast<std::uint64_t>(std::llabs(height));
  source.check_size(header.width, header.height, "BMP");
  const std::uint64_t bits = os2 ? little_endian(bytes, 24, 2) : little_endian(bytes, 28, 2);
  const std::uint32_t compression = os2 ? 0 : little_endian(bytes, 30, 4);
  if (compression != 0 && compression != 3 /* plain, with channel masks */)
    source.fail_unsupported("a compressed BMP file");
  const std::uint64_t stride = (header.width * bits + 31) / 32 * 4;
  const std::uint64_t last_row = (header.width * bits + 7) / 8;  // its filling may be missing
  if (pixels_at + stride * (header.height - 1) + last_row > bytes.size()) source.fail_broken("BMP");
  return header;
}

}  // namespace attnviz::image
