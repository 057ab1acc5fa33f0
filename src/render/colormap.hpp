// Colours of weights: from 0 (first) to the top of the scale (last).
#pragma once

#include <array>
#include <string>

#include "attnviz/render/labels.hpp"

namespace attnviz::render {

using Colormap = std::array<Colour, 256>;

// Throws Error (usage) that lists the names where `name` is none of colormap_names().
Colormap make_colormap(const std::string& name);

// The colour of a level, 0..1, in pictures and on their colour bars. The first quarter of a map is left out: most begin
// near black, and over a photograph that looks like shadow, not like weight.
Colour colour_at(const Colormap& map, double level);

}  // namespace attnviz::render
