#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include "render/font_file.hpp"
#pragma GCC diagnostic pop

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <vector>

#include "render/canvas.hpp"

namespace attnviz::render {
namespace {

std::size_t big_endian(const unsigned char* bytes, int count) {
  std::size_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

// stb_truetype trusts its data. Tables outside of the file are what a cut font has.
bool tables_lie_inside(const unsigned char* data, std::size_t size, std::size_t face) {
  constexpr std::size_t kHeader = 12, kRecord = 16;
  if (face > size || size - face < kHeader) return false;
  const std::size_t count = big_endian(data + face + 4, 2);
  if ((size - face - kHeader) / kRecord < count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned char* record = data + face + kHeader + i * kRecord;
    const std::size_t offset = big_endian(record + 8, 4), length = big_endian(record + 12, 4);
    if (offset > size || length > size - offset) return false;
  }
  return true;
}

}  // namespace

std::unique_ptr<FontFile> FontFile::open(const std::string& path, int index) {
  constexpr std::size_t kLeastBytes = 64;
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return nullptr;
  struct stat facts {};
  void* data = MAP_FAILED;
  if (::fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) && static_cast<std::size_t>(facts.st_size) >= kLeastBytes) {
    data = ::mmap(nullptr, static_cast<std::size_t>(facts.st_size), PROT_READ, MAP_PRIVATE, file, 0);
  }
  ::close(file);
  if (data == MAP_FAILED) return nullptr;
  std::unique_ptr<FontFile> font(
      new FontFile(static_cast<const unsigned char*>(data), static_cast<std::size_t>(facts.st_size)));
  return font->init(index) ? std::move(font) : nullptr;
}

FontFile::~FontFile() { ::munmap(const_cast<unsigned char*>(data_), size_); }

bool FontFile::init(int index) {
  constexpr int kFaceNumber = 0xFFFF;  // fontconfig keeps a variable font's instance in the upper bits
  const int face = stbtt_GetFontOffsetForIndex(data_, index & kFaceNumber);
  return face >= 0 && tables_lie_inside(data_, size_, static_cast<std::size_t>(face)) &&
         stbtt_InitFont(&info_, data_, face) != 0;
}

int FontFile::glyph(char32_t character) const {
  const int found = stbtt_FindGlyphIndex(&info_, static_cast<int>(character));
  // Colour fonts map characters to glyphs without outlines.
  const bool is_blank = character == U' ' || character == 0x3000 || character == 0xA0;
  return found != 0 && (is_blank || stbtt_IsGlyphEmpty(&info_, found) == 0) ? found : 0;
}

double FontFile::advance(int glyph, double em_px) const {
  int width = 0;
  stbtt_GetGlyphHMetrics(&info_, glyph, &width, nullptr);
  return width * static_cast<double>(stbtt_ScaleForMappingEmToPixels(&info_, static_cast<float>(em_px)));
}

void FontFile::draw(Image& image, double x, int baseline, double em_px, int glyph, Colour colour) const {
  const float scale = stbtt_ScaleForMappingEmToPixels(&info_, static_cast<float>(em_px));
  const double left = std::floor(x);
  const auto shift = static_cast<float>(x - left);
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  stbtt_GetGlyphBitmapBoxSubpixel(&info_, glyph, scale, scale, shift, 0, &x0, &y0, &x1, &y1);
  const int width = x1 - x0, height = y1 - y0;
  // A broken font may claim glyphs of any size.
  if (width <= 0 || height <= 0 || width > 8 * em_px || height > 8 * em_px) return;
  std::vector<unsigned char> cover(static_cast<std::size_t>(width) *
                                   static_cast<std::size_t>(height));  // [height, width]
  stbtt_MakeGlyphBitmapSubpixel(&info_, cover.data(), width, height, width, scale, scale, shift, 0, glyph);
  for (int row = 0; row < height; ++row) {
    for (int col = 0; col < width; ++col) {
      const unsigned char value =
          cover[static_cast<std::size_t>(row) * static_cast<std::size_t>(width) + static_cast<std::size_t>(col)];
      if (value != 0) blend_pixel(image, static_cast<int>(left) + x0 + col, baseline + y0 + row, colour, value);
    }
  }
}

}  // namespace attnviz::render
