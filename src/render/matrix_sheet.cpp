#include "attnviz/render/matrix_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "attnviz/core/parallel.hpp"
#include "render/canvas.hpp"
#include "render/sheet_parts.hpp"

namespace attnviz::render {
namespace {

constexpr int kMargin = kHeadingMargin, kGap = 8, kTextPx = 15, kDetailPx = 12;
constexpr int kTitleHeight = kHeadingHeight + 24;

struct MatrixLayout {
  int names_width = 0;  // of the rows' names
  int map_width = 0, map_height = 0;

  int cell_width() const { return map_width + kGap; }
  int cell_height() const { return map_height + 2 + kDetailPx + kGap; }
  int x(std::size_t column) const { return kMargin + names_width + static_cast<int>(column) * cell_width(); }
  int y(std::size_t row) const {
    return kMargin + kTitleHeight + kTextPx + kGap + static_cast<int>(row) * cell_height();
  }
};

MatrixLayout plan(const Image& image, const MapMatrix& matrix, const Labels& labels) {
  constexpr int kLargest = 180, kSmallest = 40, kSheetWidth = 1800, kWidestName = 160;
  MatrixLayout layout;
  for (const std::string& name : matrix.rows) {
    layout.names_width = std::max(layout.names_width, labels.width(name, kTextPx) + 2 * kGap);
  }
  layout.names_width = std::min(layout.names_width, kWidestName);
  const int longest = std::clamp(kSheetWidth / static_cast<int>(matrix.columns.size()) - kGap, kSmallest, kLargest);
  const double scale = static_cast<double>(longest) / std::max(image.width, image.height);
  layout.map_width = std::max(kSmallest, static_cast<int>(std::lround(image.width * scale)));
  layout.map_height = std::max(4, static_cast<int>(std::lround(image.height * scale)));
  return layout;
}

void draw_names(Image& canvas, const MapMatrix& matrix, const MatrixLayout& layout, const Labels& labels) {
  const auto draw = [&](int x, int y, int px, const std::string& text, int width, Colour ink) {
    labels.draw(canvas, x, y, px, fitted(labels, text, px, width), ink);
  };
  draw_heading(canvas, {matrix.title, matrix.subtitle}, labels);
  for (std::size_t column = 0; column < matrix.columns.size(); ++column) {
    draw(layout.x(column), kMargin + kTitleHeight, kTextPx, matrix.columns[column], layout.map_width, kInk);
  }
  for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
    const int y = layout.y(row) + (layout.map_height - kTextPx) / 2;
    draw(kMargin, y, kTextPx, matrix.rows[row], layout.names_width - kGap, kInk);
  }
}

double highest(const WordReading& map) { return *std::ranges::max_element(map.heat); }

}  // namespace

Image matrix_sheet(const Image& image, const PatchGrid& grid, const MapMatrix& matrix, const Looks& looks,
                   const Labels& labels) {
  const std::size_t num_columns = matrix.columns.size();
  if (matrix.maps.empty() || matrix.maps.size() != matrix.rows.size() * num_columns) {
    throw std::logic_error("matrix_sheet: a map for every row and column is needed");
  }
  const MatrixLayout layout = plan(image, matrix, labels);
  Image canvas(layout.x(num_columns) - kGap + kMargin, layout.y(matrix.rows.size()) - kGap + kMargin);
  fill(canvas, {0, 0, canvas.width, canvas.height}, kPaper);
  draw_names(canvas, matrix, layout, labels);
  double top = 0;
  for (const WordReading& map : matrix.maps) top = std::max(top, highest(map));
  const SizedImage small = at_size(image, grid, layout.map_width, layout.map_height);
  parallel_for(matrix.maps.size(), [&](std::size_t i) {
    const WordReading& map = matrix.maps[i];
    const double scale_max = matrix.one_scale ? top : highest(map);
    const int x = layout.x(i % num_columns), y = layout.y(i / num_columns);
    paste(canvas, x, y, word_picture(small.image, small.grid, map, scale_max, looks, labels));
    labels.draw(canvas, x, y + layout.map_height + 2, kDetailPx, format_weight(scale_max), kFaintInk);
  });
  return canvas;
}

}  // namespace attnviz::render
