#include "render/sheet_layout.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnviz::render {
namespace {

constexpr int kMinPanelWidth = 240, kMinPanelHeight = 120;
constexpr int kCaptionSpace = 8, kBarSpace = 8, kTitleSpace = 24;
constexpr double kAspect = 1.6, kEmptyCellCost = 1.5;

// Long images get longer panels, up to half as long again, so that they keep about the area of a 4:3 one.
double longest_side(double aspect, std::size_t num_panels) {
  const double side = num_panels <= 6 ? 360 : num_panels <= 20 ? 300 : 240;
  return std::clamp(side * std::sqrt(aspect * 3 / 4), side, 1.5 * side);
}

}  // namespace

int SheetLayout::title_height() const { return heading_height(heading_lines) + kTitleSpace; }

int SheetLayout::cell_height() const { return kCaptionPx + kCaptionSpace + panel_height + kBarSpace + kDetailPx; }

int SheetLayout::width() const { return 2 * kMargin + columns * panel_width + (columns - 1) * kGap; }

int SheetLayout::height() const { return 2 * kMargin + title_height() + rows * cell_height() + (rows - 1) * kGap; }

Rect SheetLayout::cell(std::size_t panel) const {
  const int number = static_cast<int>(panel);
  return {kMargin + number % columns * (panel_width + kGap),
          kMargin + title_height() + number / columns * (cell_height() + kGap), panel_width, cell_height()};
}

Rect SheetLayout::caption(std::size_t panel) const {
  const Rect whole = cell(panel);
  return {whole.x, whole.y, whole.width, kCaptionPx};
}

Rect SheetLayout::panel(std::size_t panel) const {
  const Rect whole = cell(panel);
  return {whole.x, whole.y + kCaptionPx + kCaptionSpace, panel_width, panel_height};
}

Rect SheetLayout::picture(std::size_t number) const {
  const Rect around = panel(number);
  return {around.x + (panel_width - picture_width) / 2, around.y + (panel_height - picture_height) / 2, picture_width,
          picture_height};
}

Rect SheetLayout::bar(std::size_t number) const {
  const Rect above = panel(number);
  return {above.x, above.y + panel_height + kBarSpace, panel_width, kDetailPx};
}

SheetLayout plan_sheet(int image_width, int image_height, std::size_t num_panels) {
  SheetLayout layout;
  const double longer = std::max(image_width, image_height), shorter = std::min(image_width, image_height);
  const double scale = longest_side(longer / shorter, num_panels) / longer;
  const Size picture = scaled(image_width, image_height, scale);
  layout.picture_width = picture.width;
  layout.picture_height = picture.height;
  layout.panel_width = std::max(layout.picture_width, kMinPanelWidth);
  layout.panel_height = std::max(layout.picture_height, kMinPanelHeight);

  SheetLayout best = layout;
  double best_cost = std::numeric_limits<double>::infinity();
  const int count = static_cast<int>(num_panels);
  for (int columns = 1; columns <= count; ++columns) {
    layout.columns = columns;
    layout.rows = (count + columns - 1) / columns;
    const double empty = 1.0 - static_cast<double>(count) / (layout.columns * layout.rows);
    const double aspect = static_cast<double>(layout.width()) / layout.height();
    const double cost = std::abs(std::log(aspect / kAspect)) + kEmptyCellCost * empty;
    if (cost < best_cost) {
      best_cost = cost;
      best = layout;
    }
  }
  return best;
}

}  // namespace attnviz::render
