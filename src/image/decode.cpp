#include "attnviz/image/decode.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "image/exif.hpp"
#include "image/source.hpp"

namespace attnviz::image {
namespace {

constexpr const char* kSupported = "supported: PNG, JPEG, BMP, PNM, WebP";

enum class Format { png, jpeg, bmp, pnm, webp, unknown };

// By the first bytes: names lie.
Format sniff(std::span<const std::uint8_t> bytes) {
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), std::min<std::size_t>(bytes.size(), 16));
  if (head.starts_with("\x89PNG\r\n\x1a\n")) return Format::png;
  if (head.starts_with("\xff\xd8\xff")) return Format::jpeg;
  if (head.starts_with("BM")) return Format::bmp;
  if (head.starts_with("RIFF") && head.substr(std::min<std::size_t>(8, head.size())).starts_with("WEBP"))
    return Format::webp;
  const bool pnm_number = head.size() > 2 && head[0] == 'P' && head[1] >= '1' && head[1] <= '6';
  if (pnm_number && std::strchr(" \t\r\n#", head[2]) != nullptr) return Format::pnm;
  return Format::unknown;
}

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what, const std::string& hint) {
  throw Error(ErrorCode::input, path.string(), what, hint);
}

[[noreturn]] void fail_too_large(const std::string& name) {
  throw Error(ErrorCode::input, name, "the file is larger than 1 GiB", "give a smaller image");
}

// Only regular files: a pipe or a device may never end.
std::size_t checked_file_size(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) fail(path, "no such file", "check the path");
  if (error) fail(path, "cannot be read: " + error.message(), "check its permissions");
  if (std::filesystem::is_directory(status)) fail(path, "is a directory", "give one image file");
  if (!std::filesystem::is_regular_file(status)) fail(path, "is not a regular file", "give an image file");
  const auto size = std::filesystem::file_size(path, error);
  if (error) fail(path, "cannot be read: " + error.message(), "check its permissions");
  if (size == 0) fail(path, "the file is empty", kSupported);
  if (size > kMaxFileBytes) fail_too_large(path.string());
  return static_cast<std::size_t>(size);
}

}  // namespace

void Source::check_size(std::uint64_t width, std::uint64_t height, const std::string& format) const {
  if (width == 0 || height == 0) fail_broken(format);
  // Divided, not multiplied: the sizes come from the file and may overflow.
  if (width > kMaxPixels || height > kMaxPixels / width) {
    const std::string size = std::to_string(width) + " x " + std::to_string(height);
    throw Error(ErrorCode::input, name, "the image is too large (" + size + " pixels)",
                "at most " + std::to_string(kMaxPixels / 1'000'000) + " million pixels");
  }
  if (width > kMaxSide || height > kMaxSide) {
    throw Error(ErrorCode::input, name,
                "the image is too long (" + std::to_string(std::max(width, height)) + " pixels)",
                "at most " + std::to_string(kMaxSide) + " a side");
  }
}

Image to_rgb(const std::uint8_t* pixels, int width, int height, int channels) {
  Image image(width, height);
  const bool grey = channels <= 2, has_alpha = channels == 2 || channels == 4;
  const std::size_t count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  if (channels == 3) {
    std::memcpy(image.rgb.data(), pixels, count * 3);
    return image;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* from = pixels + i * static_cast<std::size_t>(channels);
    const unsigned alpha = has_alpha ? from[channels - 1] : 255U;
    for (std::size_t c = 0; c < 3; ++c) {
      const unsigned value = from[grey ? 0 : c];
      image.rgb[i * 3 + c] = static_cast<std::uint8_t>((value * alpha + 255U * (255U - alpha) + 127U) / 255U);
    }
  }
  return image;
}

Image decode(std::span<const std::uint8_t> bytes, const std::string& name) {
  if (bytes.size() > kMaxFileBytes) fail_too_large(name);
  const Source source{bytes, name};
  switch (sniff(bytes)) {
    case Format::png: {
      const Header header = read_png_header(source);
      return apply_orientation(decode_with_stb(source, header, "PNG"), header.orientation);
    }
    case Format::jpeg: {
      const Header header = read_jpeg_header(source);
      return apply_orientation(decode_with_stb(source, header, "JPEG"), header.orientation);
    }
    case Format::bmp:
      return decode_with_stb(source, read_bmp_header(source), "BMP");
    case Format::pnm:
      return decode_pnm(source);
    case Format::webp: {
      int orientation = 1;
      Image image = decode_webp(source, orientation);
      return apply_orientation(std::move(image), orientation);
    }
    case Format::unknown:
      break;
  }
  throw Error(ErrorCode::input, name, bytes.empty() ? "the file is empty" : "not an image that attnviz can read",
              kSupported);
}

Image load(const std::filesystem::path& path) {
  std::vector<std::uint8_t> bytes(checked_file_size(path));
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, "cannot be opened", "check its permissions");
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file) fail(path, "cannot be read to its end", "check the disk, or whether another program is writing the file");
  return decode(bytes, path.string());
}

}  // namespace attnviz::image
