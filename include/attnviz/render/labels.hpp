// Text in pictures: a font that covers Chinese, found through fontconfig, drawn by stb_truetype.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "attnviz/core/image.hpp"

namespace attnviz::render {

struct Colour {
  std::uint8_t r = 0, g = 0, b = 0;
};

class Labels {
public:
  // Looks for fonts only as far as `sample` (all text that will be drawn) needs them: a CJK font only where it holds
  // CJK.
  explicit Labels(const std::string& sample);
  ~Labels();
  Labels(Labels&&) noexcept;
  Labels& operator=(Labels&&) noexcept;

  // False: some character of `text` has no glyph in any font found; callers draw index numbers instead.
  bool can_draw(const std::string& text) const;
  // Width in pixels of one line at a font height of `px`.
  int width(const std::string& text, int px) const;
  // Draws one line, its top left corner at (x, y), clipped to the image. Without any font: a built-in 5x7 font draws
  // digits, '.' and '#', everything else is left out.
  void draw(Image& image, int x, int y, int px, const std::string& text, Colour colour) const;

  // Word number `index` as it can be drawn: its text, or "#3" where that has no glyphs.
  std::string word_name(const std::string& text, std::size_t index) const;

private:
  struct Fonts;
  std::unique_ptr<Fonts> fonts_;
};

}  // namespace attnviz::render
