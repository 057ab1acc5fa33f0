// What all sheets share: their colours, text that is made to fit, and the small copy of the image.
#pragma once

#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "attnviz/core/patch_grid.hpp"
#include "attnviz/render/labels.hpp"
#include "attnviz/render/pictures.hpp"

namespace attnviz::render {

constexpr Colour kPaper{255, 255, 255}, kPanel{243, 244, 246}, kInk{17, 24, 39}, kFaintInk{107, 114, 128};

// Two digits that count: "0.75", "0.057".
std::string format_weight(double weight);

// The text, or as much of its beginning as fits, with dots behind it.
std::string fitted(const Labels& labels, const std::string& text, int px, int max_width);

// Above a sheet's parts: a line as large as titles are, and a small one that explains.
struct Heading {
  std::string title, facts;
  std::string corner{};  // at the end of the title's line
};
constexpr int kHeadingPx = 26, kFactsPx = 15, kHeadingMargin = 28;
// From the margin at the top to the end of the facts.
constexpr int kHeadingHeight = kHeadingPx + 4 + kFactsPx;
void draw_heading(Image& sheet, const Heading& heading, const Labels& labels);

// Of a level of weight, 0..1: starts at nothing and grows faster than the weight, so that what has half of it is plain
// to see. `alpha`: of level 1.
double opacity(double level, double alpha);

// The opacity shrinks by the share that went to "nothing here".
Looks faded(Looks looks, const WordReading& reading);

// Light grey: what is drawn over it keeps its colours, and faint maps show.
Image pale(const Image& image);

// The image at another size, cut into the same patches.
struct SizedImage {
  Image image;
  PatchGrid grid;
};
SizedImage at_size(const Image& image, const PatchGrid& grid, int width, int height);

}  // namespace attnviz::render
