// PNG, JPEG and BMP through stb_image, the only file that knows it. Its allocations are capped: deflated data may claim
// to be a million times larger than the picture.
#include <cstdlib>
#include <memory>

#include "image/source.hpp"

namespace attnviz::image {
namespace {

thread_local std::size_t largest_allocation = 0;

void* capped_realloc(void* old, std::size_t size) {
  return size > largest_allocation ? nullptr : std::realloc(old, size);
}

// Zeros: stb_image 2.27 decodes with Huffman tables that a JPEG file uses and never defines.
void* capped_malloc(std::size_t size) { return size > largest_allocation ? nullptr : std::calloc(1, size); }

}  // namespace
}  // namespace attnviz::image

#define STBI_MALLOC(size) attnviz::image::capped_malloc(size)
#define STBI_REALLOC(pointer, size) attnviz::image::capped_realloc(pointer, size)
#define STBI_FREE(pointer) std::free(pointer)
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_NO_FAILURE_STRINGS
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#ifndef __clang__                                       // does not know it
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // inlined, GCC loses track of stb's context
#endif
#include <stb_image.h>
#pragma GCC diagnostic pop

namespace attnviz::image {

Image decode_with_stb(const Source& source, const Header& header, const std::string& format) {
  // 8 bytes a pixel (16-bit RGBA), or 2 a JPEG coefficient; JPEG blocks are up to 32 pixels wide; tables and slack.
  const std::uint64_t block = format == "JPEG" ? 32 : 8;
  largest_allocation = 8 * (header.width + block) * (header.height + block) + 2 * source.bytes.size() + (1U << 20);
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, decltype(&std::free)> pixels(
      stbi_load_from_memory(source.bytes.data(), static_cast<int>(source.bytes.size()), &width, &height, &channels, 0),
      &std::free);
  const auto matches = [](int decoded, std::uint64_t declared) {
    return static_cast<std::uint64_t>(decoded) == declared;
  };
  if (!pixels || !matches(width, header.width) || !matches(height, header.height)) source.fail_broken(format);
  return to_rgb(pixels.get(), width, height, channels);
}

}  // namespace attnviz::image
