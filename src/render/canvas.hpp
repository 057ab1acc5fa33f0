// Drawing on an image in whole pixels; everything is clipped to it.
#pragma once

#include "attnviz/core/image.hpp"
#include "attnviz/core/patch_grid.hpp"
#include "attnviz/render/labels.hpp"

namespace attnviz::render {

constexpr Colour kHalo{0, 0, 0};  // behind bright lines

struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
};

// `cover` of 255 parts of the colour over the pixel.
void blend_pixel(Image& image, int x, int y, Colour colour, unsigned cover);
void fill(Image& image, const Rect& rect, Colour colour);
// A frame of `thickness` pixels just inside of the rectangle.
void frame(Image& image, const Rect& rect, int thickness, Colour colour);
// A frame that shows on any picture: bright, with a dark edge on both sides.
void bright_frame(Image& image, const Rect& rect, int thickness, Colour colour);
// The pixels of a box, at least a few of them, so that a frame around them can be seen.
Rect frame_of(const Box& box);
// A smooth ring around (x, y), in continuous coordinates, `thickness` pixels wide.
void ring(Image& image, double x, double y, double radius, double thickness, Colour colour);
void paste(Image& image, int x, int y, const Image& from);

}  // namespace attnviz::render
