#include "render/canvas.hpp"

#include <algorithm>
#include <cmath>

namespace attnviz::render {
namespace {

Rect clipped(const Image& image, const Rect& rect) {
  const int x0 = std::clamp(rect.x, 0, image.width), x1 = std::clamp(rect.x + rect.width, x0, image.width);
  const int y0 = std::clamp(rect.y, 0, image.height), y1 = std::clamp(rect.y + rect.height, y0, image.height);
  return {x0, y0, x1 - x0, y1 - y0};
}

}  // namespace

void blend_pixel(Image& image, int x, int y, Colour colour, unsigned cover) {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return;
  std::uint8_t* pixel = image.pixel(x, y);
  const auto mix = [&](std::uint8_t below, std::uint8_t above) {
    return static_cast<std::uint8_t>((below * (255 - cover) + above * cover + 127) / 255);
  };
  pixel[0] = mix(pixel[0], colour.r);
  pixel[1] = mix(pixel[1], colour.g);
  pixel[2] = mix(pixel[2], colour.b);
}

void fill(Image& image, const Rect& rect, Colour colour) {
  const Rect part = clipped(image, rect);
  for (int y = part.y; y < part.y + part.height; ++y) {
    for (int x = part.x; x < part.x + part.width; ++x) {
      std::uint8_t* pixel = image.pixel(x, y);
      pixel[0] = colour.r;
      pixel[1] = colour.g;
      pixel[2] = colour.b;
    }
  }
}

void frame(Image& image, const Rect& rect, int thickness, Colour colour) {
  const int side = std::max(0, rect.height - 2 * thickness);
  fill(image, {rect.x, rect.y, rect.width, thickness}, colour);
  fill(image, {rect.x, rect.y + rect.height - thickness, rect.width, thickness}, colour);
  fill(image, {rect.x, rect.y + thickness, thickness, side}, colour);
  fill(image, {rect.x + rect.width - thickness, rect.y + thickness, thickness, side}, colour);
}

void bright_frame(Image& image, const Rect& rect, int thickness, Colour colour) {
  frame(image, {rect.x - 1, rect.y - 1, rect.width + 2, rect.height + 2}, thickness + 2, kHalo);
  frame(image, rect, thickness, colour);
}

Rect frame_of(const Box& box) {
  constexpr int kLeast = 5;
  const int x0 = static_cast<int>(std::lround(box.x0)), y0 = static_cast<int>(std::lround(box.y0));
  const int x1 = static_cast<int>(std::lround(box.x1)), y1 = static_cast<int>(std::lround(box.y1));
  return {x0, y0, std::max(kLeast, x1 - x0), std::max(kLeast, y1 - y0)};
}

void ring(Image& image, double x, double y, double radius, double thickness, Colour colour) {
  const int reach = static_cast<int>(std::ceil(radius + thickness)) + 1;
  const int centre_x = static_cast<int>(std::floor(x)), centre_y = static_cast<int>(std::floor(y));
  for (int row = centre_y - reach; row <= centre_y + reach; ++row) {
    for (int col = centre_x - reach; col <= centre_x + reach; ++col) {
      const double distance = std::abs(std::hypot(col + 0.5 - x, row + 0.5 - y) - radius);
      const double cover = std::clamp(thickness / 2 + 0.5 - distance, 0.0, 1.0);
      if (cover > 0) blend_pixel(image, col, row, colour, static_cast<unsigned>(std::lround(cover * 255)));
    }
  }
}

void paste(Image& image, int x, int y, const Image& from) {
  const Rect part = clipped(image, {x, y, from.width, from.height});
  for (int row = part.y; row < part.y + part.height; ++row) {
    std::copy_n(from.pixel(part.x - x, row - y), static_cast<std::size_t>(part.width) * 3, image.pixel(part.x, row));
  }
}

}  // namespace attnviz::render
