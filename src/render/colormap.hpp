// Colours of weights: from 0 (first) to the top of the scale (last).
#pragma once

#include <array>
#include <string>

#include "attnviz/render/labels.hpp"

namespace attnviz::render {

using Colormap = std::array<Colour, 256>;

// Throws Error (usage) that lists the names where `name` is none of colormap_names().
Colormap make_colormap(const std::string& name);

}  // namespace attnviz::render
