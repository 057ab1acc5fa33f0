// Words that pictures cannot show.
#pragma once

#include <optional>

#include "attnviz/core/report.hpp"
#include "attnviz/render/labels.hpp"

namespace attnviz::app {

// What to tell the user about the first of them; empty: all can be drawn.
std::optional<Warning> font_warning(const Words& words, const render::Labels& labels);

}  // namespace attnviz::app
