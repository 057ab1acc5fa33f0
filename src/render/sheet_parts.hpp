// What all sheets share: their colours, text that is made to fit, the colour bar, and the small copy of the image.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "attnviz/core/patch_grid.hpp"
#include "attnviz/render/labels.hpp"
#include "attnviz/render/pictures.hpp"
#include "render/canvas.hpp"
#include "render/colormap.hpp"

namespace attnviz::render {

constexpr Colour kPaper{255, 255, 255}, kPanel{243, 244, 246}, kInk{17, 24, 39}, kFaintInk{107, 114, 128};

// So many words have a place on a sheet. Instructions are shorter; reports that were read from files may not be, and
// more would make a sheet that no viewer opens.
constexpr std::size_t kMostWords = 120;

// A patch with the highest weight, the first of several.
int best_patch(const std::vector<float>& heat);

// Two digits that count: "0.75", "0.057".
std::string format_weight(double weight);

// The text, or as much of its beginning as fits, with dots behind it.
std::string fitted(const Labels& labels, const std::string& text, int px, int max_width);

// Above a sheet's parts: a line as large as titles are, and small lines that explain.
struct Heading {
  std::string title;
  std::vector<std::string> facts;
  std::string corner{};  // at the end of the title's line
};
constexpr int kHeadingPx = 26, kFactsPx = 15, kHeadingMargin = 28;
// Narrower sheets would cut titles that are not long.
constexpr int kLeastSheetWidth = 480;

// The facts side by side, as many lines as a sheet of this width needs for them; at most `most_lines`, whose last is
// cut then. What no font can draw is left out.
std::vector<std::string> facts_lines(const Labels& labels, const std::vector<std::string>& facts, int sheet_width,
                                     std::size_t most_lines = 16);
// From the margin at the top to the end of the facts.
int heading_height(std::size_t num_lines);
// Cut to so many lines of facts.
void draw_heading(Image& sheet, const Heading& heading, const Labels& labels, std::size_t num_lines);

// How far text of `px` is to be lowered beside text of `larger_px`, to stand on its baseline.
constexpr int baseline_shift(int px, int larger_px) { return (larger_px - px) * 4 / 5; }

// The colours of weights from `low` to `high` in a line of kFactsPx.
void draw_colour_bar(Image& sheet, const Rect& line, const std::string& low, const std::string& high,
                     const Colormap& colours, const Labels& labels);

// Of a level of weight, 0..1: starts at nothing and grows faster than the weight, so that what has half of it is plain
// to see. `alpha`: of level 1.
double opacity(double level, double alpha);

// The opacity shrinks by the share that went to "nothing here".
Looks faded(Looks looks, const WordReading& reading);

// Light grey: what is drawn over it keeps its colours, and faint maps show.
Image pale(const Image& image);

struct Size {
  int width = 0, height = 0;
};
// No side is less than `least`.
Size scaled(int width, int height, double scale, int least = 1);

// The image at another size, cut into the same patches.
struct SizedImage {
  Image image;
  PatchGrid grid;
};
SizedImage at_size(const Image& image, const PatchGrid& grid, int width, int height);

}  // namespace attnviz::render
