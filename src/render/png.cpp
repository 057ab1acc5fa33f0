// PNG and JPEG files. Of PNG stb_image_write makes the container and the filters, libdeflate compresses.
#include <libdeflate.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <string>

#include "attnviz/core/error.hpp"
#include "attnviz/render/pictures.hpp"

namespace {

constexpr int kCompressionLevel = 1;

// As stb_image_write wants it: a buffer from malloc, or null.
unsigned char* compress_zlib(unsigned char* data, int size, int* compressed_size, int) {
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kCompressionLevel), &libdeflate_free_compressor);
  if (!compressor) return nullptr;
  const auto input_size = static_cast<std::size_t>(size);
  const std::size_t bound = libdeflate_zlib_compress_bound(compressor.get(), input_size);
  auto* compressed = static_cast<unsigned char*>(std::malloc(bound));
  if (compressed == nullptr) return nullptr;
  *compressed_size = static_cast<int>(libdeflate_zlib_compress(compressor.get(), data, input_size, compressed, bound));
  return compressed;
}

}  // namespace

#define STBIW_ZLIB_COMPRESS compress_zlib
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_image_write.h>
#pragma GCC diagnostic pop

namespace attnviz::render {

std::vector<std::uint8_t> encode_png(const Image& image) {
  // stb_image_write counts the bytes of all rows, each with its filter, in an int.
  const std::int64_t row_bytes = std::int64_t{image.width} * 3 + 1;
  if (row_bytes * image.height > std::numeric_limits<int>::max()) {
    throw Error(ErrorCode::input, "picture",
                std::to_string(image.width) + " x " + std::to_string(image.height) + " pixels are too many for a PNG",
                "ask for fewer words or views at once");
  }
  // Trying all filters on each row costs more than it saves.
  constexpr int kSubFilter = 1;
  static std::once_flag filter_chosen;
  std::call_once(filter_chosen, [] { stbi_write_force_png_filter = kSubFilter; });
  int size = 0;
  const std::unique_ptr<unsigned char, decltype(&std::free)> png(
      stbi_write_png_to_mem(image.rgb.data(), image.width * 3, image.width, image.height, 3, &size), &std::free);
  if (!png) throw std::bad_alloc();
  return {png.get(), png.get() + size};
}

std::vector<std::uint8_t> encode_jpeg(const Image& image) {
  constexpr int kQuality = 88;
  std::vector<std::uint8_t> jpeg;
  const auto append = [](void* to, void* data, int size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    static_cast<std::vector<std::uint8_t>*>(to)->insert(static_cast<std::vector<std::uint8_t>*>(to)->end(), bytes,
                                                        bytes + size);
  };
  stbi_write_jpg_to_func(append, &jpeg, image.width, image.height, 3, image.rgb.data(), kQuality);
  return jpeg;
}

}  // namespace attnviz::render
