// What all sheets share: their colours, text that is made to fit, and the small copy of the image.
#pragma once

#include <string>

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

// The opacity shrinks by the share that went to "nothing here".
Looks faded(Looks looks, const WordReading& reading);

// The image at another size, cut into the same patches.
struct SizedImage {
  Image image;
  PatchGrid grid;
};
SizedImage at_size(const Image& image, const PatchGrid& grid, int width, int height);

}  // namespace attnviz::render
