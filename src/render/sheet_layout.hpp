// Where the parts of the overview sheet stand: a title, then panels of one size in rows and columns.
//
//   | margin | panel | gap | panel | margin |      A panel: caption (one line), picture (letterboxed), colour bar.
#pragma once

#include <cstddef>

#include "render/canvas.hpp"
#include "render/sheet_parts.hpp"

namespace attnviz::render {

struct SheetLayout {
  static constexpr int kMargin = kHeadingMargin, kGap = 24, kCaptionPx = 19, kDetailPx = 15;

  std::size_t heading_lines = 1;  // of facts
  int columns = 1, rows = 1;
  int picture_width = 0, picture_height = 0;  // the image, scaled down or up
  int panel_width = 0, panel_height = 0;      // the picture with room around it, without caption and bar

  int width() const;
  int height() const;
  // Each takes the panel's number, row by row from the top left.
  Rect caption(std::size_t panel) const;
  Rect panel(std::size_t panel) const;
  Rect picture(std::size_t panel) const;  // in the middle of the panel
  Rect bar(std::size_t panel) const;      // the line of the colour bar with its numbers

private:
  int title_height() const;
  int cell_height() const;
  Rect cell(std::size_t panel) const;
};

// With one line of facts. As many columns as bring the sheet near 16:10 without wasting cells. Many panels are smaller
// ones.
SheetLayout plan_sheet(int image_width, int image_height, std::size_t num_panels);

}  // namespace attnviz::render
