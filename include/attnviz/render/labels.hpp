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

// Why a text cannot be drawn. right_to_left: Hebrew, Arabic and their like, whose letters would stand in the wrong
// order.
enum class Obstacle { none, no_font, no_cjk_font, right_to_left };

class Labels {
public:
  // Looks for fonts only as far as `sample` (all text that will be drawn) needs them: a CJK font only where it holds
  // CJK.
  explicit Labels(const std::string& sample);
  ~Labels();
  Labels(Labels&&) noexcept;
  Labels& operator=(Labels&&) noexcept;

  // Of the first character of `text` that cannot be drawn; no_font: no font found has a glyph for it. Characters that
  // Unicode means to be invisible are never in the way.
  Obstacle obstacle(const std::string& text) const;
  // False: there is an obstacle; callers draw index numbers instead.
  bool can_draw(const std::string& text) const { return obstacle(text) == Obstacle::none; }
  // The text as far as it can be drawn, "..." for each stretch that cannot. Without any font: all of it or nothing.
  std::string drawable(const std::string& text) const;
  // Width in pixels of one line at a font height of `px`.
  int width(const std::string& text, int px) const;
  // Draws one line, its top left corner at (x, y), clipped to the image. Without any font: a built-in 5x7 font draws
  // digits, '.' and '#', everything else is left out.
  void draw(Image& image, int x, int y, int px, const std::string& text, Colour colour) const;

  // Word number `index` as it can be drawn: its text, or "#3" where that cannot be, or nobody would see it.
  std::string word_name(const std::string& text, std::size_t index) const;

private:
  Obstacle obstacle_of(char32_t character) const;

  struct Fonts;
  std::unique_ptr<Fonts> fonts_;
};

}  // namespace attnviz::render
