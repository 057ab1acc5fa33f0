// Cuts an image into patches: plans the grid and makes the model input.
#pragma once

#include <array>

#include "attnviz/core/image.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/core/patch_grid.hpp"

namespace attnviz::image {

constexpr int kMinPatches = 4, kMaxPatches = 1 << 16;

// The grid with the largest scale whose number of patches stays within the budget `max_patches`; sides of the input
// are multiples of `square` patches (2: the trunk's stride-32 grid fits); never enlarged more than patch_px times, so
// that a patch covers at least about one pixel. See training/FORMAT.md, "Grid". A budget below kMinPatches counts as
// that, one above kMaxPatches as that.
PatchGrid plan_grid(int image_width, int image_height, int patch_px, int max_patches, int square = 2);

// The `max_patches` of an image where nobody says: within `range`, the patches of the squares of 2 * patch_px that
// cover it at its own size.
int default_patches(int image_width, int image_height, int patch_px, PatchRange range);

// The model input: the image resized to the grid's content rect (area filter when shrinking, linear when enlarging),
// normalised as (pixel - mean[c]) / std[c], zero in the padding.
// Returns [input_height * input_width, 3], row-major pixels, channels interleaved.
Matrix make_input(const Image& image, const PatchGrid& grid, const std::array<float, 3>& mean,
                  const std::array<float, 3>& std);

}  // namespace attnviz::image
