#include "attnviz/render/matrix_sheet.hpp"

#include <algorithm>
#include <stdexcept>

#include "attnviz/core/parallel.hpp"
#include "render/canvas.hpp"
#include "render/colormap.hpp"
#include "render/sheet_parts.hpp"

namespace attnviz::render {
namespace {

constexpr int kMargin = kHeadingMargin, kGap = 8, kTextPx = 15, kDetailPx = 12;
constexpr int kBarWidth = 260, kBarSpace = 8, kTitleSpace = 24;

struct MatrixLayout {
  std::size_t heading_lines = 1;
  int names_width = 0;  // of the rows' names
  Size map, cell;       // a cell holds its map in the middle, and is as wide as the texts over and under it
  std::size_t rows = 0, columns = 0;
  std::vector<std::string> captions;  // [rows * columns]

  int bar_y() const { return kMargin + heading_height(heading_lines) + kBarSpace; }
  int names_y() const { return bar_y() + kFactsPx + kTitleSpace; }
  int x(std::size_t column) const { return kMargin + names_width + static_cast<int>(column) * (cell.width + kGap); }
  int y(std::size_t row) const {
    return names_y() + kTextPx + kGap + static_cast<int>(row) * (cell.height + 2 + kDetailPx + kGap);
  }
  int width() const { return std::max(kLeastSheetWidth, x(columns) - kGap + kMargin); }
  int height() const { return y(rows) - kGap + kMargin; }
};

int widest(const Labels& labels, const std::vector<std::string>& texts, int px) {
  int width = 0;
  for (const std::string& text : texts) width = std::max(width, labels.width(text, px));
  return width;
}

// [rows * columns]: as the matrix says, or the maps' highest weights, and why some are faint where there is room to say
// it.
std::vector<std::string> captions_of(const MapMatrix& matrix, const Labels& labels, int most_width) {
  if (!matrix.captions.empty()) return matrix.captions;
  constexpr double kWorthSaying = 0.3;
  std::vector<std::string> weights, with_nothing;
  weights.reserve(matrix.maps.size());
  with_nothing.reserve(matrix.maps.size());
  for (const WordReading& map : matrix.maps) {
    weights.push_back(format_weight(*std::ranges::max_element(map.heat)));
    with_nothing.push_back(weights.back());
    if (map.nothing.value_or(0) < kWorthSaying) continue;
    with_nothing.back().append("   ").append(matrix.nothing_name).append(format_weight(*map.nothing));
  }
  return widest(labels, with_nothing, kDetailPx) <= most_width ? with_nothing : weights;
}

MatrixLayout plan(const Image& image, const MapMatrix& matrix, const Labels& labels) {
  constexpr int kSmallest = 40, kSheetWidth = 1800, kWidestName = 160, kThinnest = 4, kRoomForNumbers = 64;
  MatrixLayout layout;
  layout.rows = matrix.rows.size();
  layout.columns = matrix.columns.size();
  layout.names_width = std::min(kWidestName, widest(labels, matrix.rows, kTextPx) + 2 * kGap);
  const int longest = std::clamp(kSheetWidth / static_cast<int>(layout.columns) - kGap, kSmallest, matrix.largest_map);
  layout.map =
      scaled(image.width, image.height, static_cast<double>(longest) / std::max(image.width, image.height), kThinnest);
  const int most_width = std::max(longest, kRoomForNumbers);
  layout.captions = captions_of(matrix, labels, most_width);
  const int texts = std::max(widest(labels, matrix.columns, kTextPx), widest(labels, layout.captions, kDetailPx));
  layout.cell = {std::max(layout.map.width, std::min(texts, most_width)), layout.map.height};
  layout.heading_lines = facts_lines(labels, matrix.facts, layout.width()).size();
  return layout;
}

void draw_names(Image& canvas, const MapMatrix& matrix, const MatrixLayout& layout, const Labels& labels) {
  const auto draw = [&](int x, int y, const std::string& text, int width) {
    labels.draw(canvas, x, y, kTextPx, fitted(labels, text, kTextPx, width), kInk);
  };
  for (std::size_t column = 0; column < layout.columns; ++column) {
    draw(layout.x(column), layout.names_y(), matrix.columns[column], layout.cell.width);
  }
  for (std::size_t row = 0; row < layout.rows; ++row) {
    const int y = layout.y(row) + (layout.cell.height - kTextPx) / 2;
    draw(kMargin, y, matrix.rows[row], layout.names_width - kGap);
  }
}

// [rows * columns]: the weight that gets the top colour. A map whose word mostly looks at "nothing here" is faint and
// sets no scale for others: the highest is chosen by weight times the share that went to the image.
std::vector<double> tops_of(const MapMatrix& matrix) {
  const std::size_t together = matrix.scale == MatrixScale::map   ? 1
                               : matrix.scale == MatrixScale::row ? matrix.columns.size()
                                                                  : matrix.maps.size();
  std::vector<double> tops;
  for (std::size_t begin = 0; begin < matrix.maps.size(); begin += together) {
    double top = 0, most_seen = -1;
    for (std::size_t i = begin; i < begin + together; ++i) {
      const double highest = *std::ranges::max_element(matrix.maps[i].heat);
      const double seen = highest * (1 - matrix.maps[i].nothing.value_or(0));
      if (seen > most_seen) top = highest;
      most_seen = std::max(most_seen, seen);
    }
    tops.insert(tops.end(), together, top);
  }
  return tops;
}

}  // namespace

Image matrix_sheet(const Image& image, const PatchGrid& grid, const MapMatrix& matrix, const Looks& looks,
                   const Labels& labels) {
  const std::size_t num_columns = matrix.columns.size();
  const std::size_t num_maps = matrix.maps.size(), num_captions = matrix.captions.size();
  if (num_maps == 0 || num_maps != matrix.rows.size() * num_columns ||
      (num_captions != 0 && num_captions != num_maps)) {
    throw std::logic_error("matrix_sheet: a map for every row and column is needed");
  }
  const MatrixLayout layout = plan(image, matrix, labels);
  Image canvas(layout.width(), layout.height());
  fill(canvas, {0, 0, canvas.width, canvas.height}, kPaper);
  draw_heading(canvas, {matrix.title, matrix.facts}, labels, layout.heading_lines);
  draw_names(canvas, matrix, layout, labels);
  const std::vector<double> tops = tops_of(matrix);
  draw_colour_bar(canvas, {kMargin, layout.bar_y(), kBarWidth, kFactsPx}, "0",
                  matrix.scale == MatrixScale::all ? format_weight(tops.front()) : labels.drawable(matrix.top_name),
                  make_colormap(looks.colormap), labels);
  const SizedImage small = at_size(image, grid, layout.map.width, layout.map.height);
  const Image behind = matrix.first_pale < num_columns ? pale(small.image) : Image();
  parallel_for(num_maps, [&](std::size_t i) {
    const WordReading& map = matrix.maps[i];
    const Rect cell{layout.x(i % num_columns), layout.y(i / num_columns), layout.cell.width, layout.cell.height};
    const Image& under = i % num_columns < matrix.first_pale ? small.image : behind;
    fill(canvas, cell, kPanel);
    paste(canvas, cell.x + (cell.width - layout.map.width) / 2, cell.y,
          word_picture(under, small.grid, map, tops[i], looks, labels));
    labels.draw(canvas, cell.x, cell.y + cell.height + 2, kDetailPx,
                fitted(labels, layout.captions[i], kDetailPx, cell.width), kFaintInk);
  });
  return canvas;
}

}  // namespace attnviz::render
