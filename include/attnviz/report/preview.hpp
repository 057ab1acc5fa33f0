// Pictures in a terminal: two pixels a character, the upper in the foreground of a half block, the lower behind it.
#pragma once

#include <string>
#include <vector>

#include "attnviz/core/image.hpp"

namespace attnviz::report {

// What the terminal can show: 24-bit colours, or the 256 of xterm.
enum class ColourDepth { full, palette };

struct PreviewPanel {
  std::string caption;
  Image picture;  // a column a pixel, a line two
};

// Panels side by side as far as `columns` allow, in their order; each line ends in '\n' and in plain colours.
std::string preview(const std::vector<PreviewPanel>& panels, int columns, ColourDepth depth);

}  // namespace attnviz::report
