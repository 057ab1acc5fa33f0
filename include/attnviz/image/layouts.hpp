// How other programs put an image into their model's input, and which columns of their attention are patches of it.
//
//   blip      24 x 24 patches of 384 px, stretched; column 0 is CLS
//   llava     LLaVA-1.5 as llava-hf checkpoints do it: 24 x 24 of 336 px, the shorter side fits, the middle is cut out
//             (the original code pads to a square instead: say so with a content rect)
//   qwen2-vl  a token is 28 x 28 px (2 x 2 merged patches) of the image stretched to whole tokens
//   pi0       16 x 16 of 224 px a camera, evenly scaled, bars around; cameras come first
//   smolvla   8 x 8 tokens of 512 px a camera, evenly scaled, bars at the left or the top; cameras come first
//   openvla   16 x 16 of 224 px, stretched; after the token that begins a text
// Where each is from stands beside it in the source.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/patch_grid.hpp"

namespace attnviz::image {

struct ImageSize {
  int width = 0, height = 0;
};

struct GridShape {
  int rows = 0, cols = 0;
};

using ContentRect = std::array<int, 4>;  // x0, y0, x1, y1 in pixels of the model input

const std::vector<std::string>& layout_names();

// The grid of an image in a known layout. `num_columns`: of one image, where that is known: tells qwen2-vl's two limits
// of resolution apart. Error (input) for an image that the layout's own code refuses.
PatchGrid known_grid(const std::string& layout, ImageSize image, std::optional<std::size_t> num_columns);

// Where a known layout's patches begin in a row that has other tokens, too; empty: it depends on the prompt.
std::optional<std::size_t> first_patch_column(const std::string& layout);

// A grid of that shape over the content rect; without one the image fills the input, whose unit then is a patch.
// The input is the grid times its patch size, and that is what the content says: on an axis without a crop it ends at
// the input's edge, or before it (bars); a crop is centred. Error (usage), "--content": no whole patch size fits, or no
// patch sees the image.
PatchGrid placed_grid(ImageSize image, GridShape shape, const std::optional<ContentRect>& content);

// Of so many patches; empty: it is no square.
std::optional<GridShape> square_grid(std::size_t num_patches);
// Shapes of so many patches, those most like the image first: "18x32, 16x36".
std::string proposed_grids(std::size_t num_patches, ImageSize image);

}  // namespace attnviz::image
