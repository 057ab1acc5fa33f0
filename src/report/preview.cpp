#include "attnviz/report/preview.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "attnviz/core/printable.hpp"
#include "report/terminal_text.hpp"

namespace attnviz::report {
namespace {

constexpr const char* kHalfBlock = "\u2580";
constexpr const char* kPlain = "\x1b[0m";
constexpr const char* kBold = "\x1b[1m";
constexpr int kGap = 2;            // columns between panels
constexpr int kLeastColumns = 12;  // of a panel, so that a narrow picture has room for its caption

using Pixel = std::array<int, 3>;

Pixel pixel_at(const Image& image, int x, int y) {
  const std::uint8_t* rgb = image.pixel(x, y);
  return {rgb[0], rgb[1], rgb[2]};
}

int distance(const Pixel& a, const Pixel& b) {
  int sum = 0;
  for (std::size_t c = 0; c < 3; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

// The nearest of xterm's colours: a cube of 6 x 6 x 6 from number 16, then 24 greys.
int palette_index(const Pixel& pixel) {
  constexpr std::array<int, 6> kLevels{0, 95, 135, 175, 215, 255};
  int cube = 0;
  Pixel nearest{};
  for (std::size_t c = 0; c < 3; ++c) {
    const auto closer = [&](int a, int b) { return std::abs(a - pixel[c]) < std::abs(b - pixel[c]); };
    const auto level = std::ranges::min_element(kLevels, closer);
    nearest[c] = *level;
    cube = 6 * cube + static_cast<int>(level - kLevels.begin());
  }
  const int step = std::clamp(((pixel[0] + pixel[1] + pixel[2]) / 3 - 3) / 10, 0, 23), value = 8 + 10 * step;
  return distance(pixel, {value, value, value}) < distance(pixel, nearest) ? 232 + step : 16 + cube;
}

// `where`: 38 for the foreground, 48 for what is behind it.
std::string colour(int where, const Pixel& pixel, ColourDepth depth) {
  std::string code = "\x1b[" + std::to_string(where);
  if (depth == ColourDepth::palette) return code + ";5;" + std::to_string(palette_index(pixel)) + "m";
  code += ";2";
  for (const int value : pixel) code += ";" + std::to_string(value);
  return code + "m";
}

// One line of characters: pixel rows 2 * line and the next; codes are repeated only where colours change.
std::string half_blocks(const Image& picture, int line, ColourDepth depth) {
  std::string text, last_above, last_below;
  for (int x = 0; x < picture.width; ++x) {
    const std::string above = colour(38, pixel_at(picture, x, 2 * line), depth);
    const bool has_below = 2 * line + 1 < picture.height;
    const std::string below = has_below ? colour(48, pixel_at(picture, x, 2 * line + 1), depth) : "\x1b[49m";
    if (above != last_above) text += above;
    if (below != last_below) text += below;
    text += kHalfBlock;
    last_above = above;
    last_below = below;
  }
  return text + kPlain;
}

std::string blanks(int count) { return std::string(static_cast<std::size_t>(std::max(0, count)), ' '); }

using Panels = std::vector<PreviewPanel>;

int columns_of(const PreviewPanel& panel) { return std::max(panel.picture.width, kLeastColumns); }

std::string panel_row(Panels::const_iterator begin, Panels::const_iterator end, ColourDepth depth) {
  std::string text;
  int lines = 0;
  for (auto panel = begin; panel != end; ++panel) {
    const auto width = static_cast<std::size_t>(columns_of(*panel));
    text += kBold + left_aligned(cut_to(printable(panel->caption), width), width) + kPlain + blanks(kGap);
    lines = std::max(lines, (panel->picture.height + 1) / 2);
  }
  text += '\n';
  for (int line = 0; line < lines; ++line) {
    for (auto panel = begin; panel != end; ++panel) {
      const bool is_there = 2 * line < panel->picture.height;
      if (is_there) text += half_blocks(panel->picture, line, depth);
      text += blanks(columns_of(*panel) - (is_there ? panel->picture.width : 0) + kGap);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string preview(const Panels& panels, int columns, ColourDepth depth) {
  std::string text;
  for (auto begin = panels.begin(); begin != panels.end();) {
    auto end = begin;
    int used = 0;
    do {
      used += columns_of(*end) + kGap;
      ++end;
    } while (end != panels.end() && used + columns_of(*end) <= columns);
    text += panel_row(begin, end, depth) + (end == panels.end() ? "" : "\n");
    begin = end;
  }
  return text;
}

}  // namespace attnviz::report
