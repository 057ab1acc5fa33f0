// One font file, mapped into memory, and the outlines in it (stb_truetype).
#pragma once

#include <stb_truetype.h>

#include <cstddef>
#include <memory>
#include <string>

#include "attnviz/core/image.hpp"
#include "attnviz/render/labels.hpp"

namespace attnviz::render {

class FontFile {
public:
  // Face `index` of the file. Null where the file cannot be read or is no sound TrueType or OpenType font.
  static std::unique_ptr<FontFile> open(const std::string& path, int index);
  ~FontFile();
  FontFile(const FontFile&) = delete;
  FontFile& operator=(const FontFile&) = delete;

  // The glyph of a character, 0 where the font has none that can be drawn.
  int glyph(char32_t character) const;
  double advance(int glyph, double em_px) const;
  // Draws a glyph with its origin at (x, baseline), clipped to the image.
  void draw(Image& image, double x, int baseline, double em_px, int glyph, Colour colour) const;

private:
  FontFile(const unsigned char* data, std::size_t size) : data_(data), size_(size) {}
  bool init(int index);

  const unsigned char* data_;
  std::size_t size_;
  stbtt_fontinfo info_{};
};

}  // namespace attnviz::render
