// --direction patches: which word each part of an image belongs to.
#pragma once

#include <cstddef>
#include <vector>

#include "attnviz/core/image.hpp"
#include "attnviz/core/report.hpp"
#include "attnviz/render/labels.hpp"
#include "attnviz/render/pictures.hpp"

namespace attnviz::render {

// The colour of word number `index`: the first seven can be told apart by colour-blind readers (Okabe and Ito, "Color
// Universal Design"); further ones go on around the hues.
Colour word_colour(std::size_t index);

// The image in pale grey, each pixel in the colour of the word that looks at it most: weights are interpolated for each
// word, then compared (analysis::read_patches compares those of whole patches). The opacity grows with that word's
// weight as on its own overlay, up to looks.alpha, and shrinks as there by what it gives to "nothing here".
Image patch_picture(const Image& image, const ViewReading& view, const Looks& looks);

// That of each view, with a legend: the words, and how many patches each comes first in.
Image patch_sheet(const std::vector<Image>& images, const Report& report, const Looks& looks, const Labels& labels);

}  // namespace attnviz::render
