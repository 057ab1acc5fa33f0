#include <algorithm>
#include <cstdint>
#include <numeric>
#include <stdexcept>

#include "attnviz/analysis/compare.hpp"

namespace attnviz::analysis {
namespace {

// Where rows (columns) of patches begin and end in the image: [rows + 1], the padding's at the edges of what is seen.
std::vector<double> row_bounds(const PatchGrid& grid) {
  std::vector<double> bounds{grid.patch_box(0).y0};
  for (int row = 0; row < grid.rows(); ++row) bounds.push_back(grid.patch_box(row * grid.cols()).y1);
  return bounds;
}

std::vector<double> column_bounds(const PatchGrid& grid) {
  std::vector<double> bounds{grid.patch_box(0).x0};
  for (int col = 0; col < grid.cols(); ++col) bounds.push_back(grid.patch_box(col).x1);
  return bounds;
}

std::int64_t num_with_content(const PatchGrid& grid) {
  const Box content = grid.content_in_input();
  const auto patches = [&grid](double begin, double end) {
    return std::int64_t{(static_cast<int>(end) + grid.patch_px - 1) / grid.patch_px -
                        static_cast<int>(begin) / grid.patch_px};
  };
  return patches(content.x0, content.x1) * patches(content.y0, content.y1);
}

}  // namespace

bool same_patches(const PatchGrid& a, const PatchGrid& b) {
  const auto same_share = [&](int content_a, int content_b) {
    return std::int64_t{content_a} * b.patch_px == std::int64_t{content_b} * a.patch_px;
  };
  return a.rows() == b.rows() && a.cols() == b.cols() && same_share(a.content_width, b.content_width) &&
         same_share(a.content_height, b.content_height) && same_share(a.content_left, b.content_left) &&
         same_share(a.content_top, b.content_top);
}

const PatchGrid& coarser(const PatchGrid& a, const PatchGrid& b) {
  const double seen_a = a.seen().area(), seen_b = b.seen().area();
  if (seen_a != seen_b) return seen_a > seen_b ? a : b;
  return num_with_content(b) < num_with_content(a) ? b : a;
}

MapResampler::MapResampler(const PatchGrid& from, const PatchGrid& to)
    : rows_(make_axis(row_bounds(from), row_bounds(to))), cols_(make_axis(column_bounds(from), column_bounds(to))) {}

// Both lists of bounds are walked once.
MapResampler::Axis MapResampler::make_axis(const std::vector<double>& from, const std::vector<double>& to) {
  Axis axis;
  axis.from_size = from.size() - 1;
  axis.to_size = to.size() - 1;
  std::size_t first = 0;  // the first of `to` that is not wholly before
  for (std::size_t i = 0; i < axis.from_size; ++i) {
    axis.begin.push_back(axis.parts.size());
    const double length = from[i + 1] - from[i];
    while (first + 1 < axis.to_size && to[first + 1] <= from[i]) ++first;
    for (std::size_t j = first; length > 0 && j < axis.to_size && to[j] < from[i + 1]; ++j) {
      const double both = std::min(from[i + 1], to[j + 1]) - std::max(from[i], to[j]);
      if (both > 0) axis.parts.push_back({j, both / length});
    }
  }
  axis.begin.push_back(axis.parts.size());
  return axis;
}

std::vector<double> MapResampler::mix_rows(const std::vector<double>& map, const Axis& rows, std::size_t num_cols) {
  std::vector<double> mixed(rows.to_size * num_cols);
  for (std::size_t row = 0; row < rows.from_size; ++row) {
    for (std::size_t i = rows.begin[row]; i < rows.begin[row + 1]; ++i) {
      const Part& part = rows.parts[i];
      for (std::size_t col = 0; col < num_cols; ++col) {
        mixed[part.to * num_cols + col] += part.share * map[row * num_cols + col];
      }
    }
  }
  return mixed;
}

std::vector<double> MapResampler::mix_columns(const std::vector<double>& map, std::size_t num_rows, const Axis& cols) {
  std::vector<double> mixed(num_rows * cols.to_size);
  for (std::size_t row = 0; row < num_rows; ++row) {
    for (std::size_t col = 0; col < cols.from_size; ++col) {
      const double weight = map[row * cols.from_size + col];
      for (std::size_t i = cols.begin[col]; i < cols.begin[col + 1]; ++i) {
        mixed[row * cols.to_size + cols.parts[i].to] += cols.parts[i].share * weight;
      }
    }
  }
  return mixed;
}

std::vector<double> MapResampler::operator()(const std::vector<float>& heat) const {
  if (heat.size() != rows_.from_size * cols_.from_size) throw std::logic_error("a map does not fit its grid");
  std::vector<double> map(heat.begin(), heat.end());
  const double sum = std::accumulate(map.begin(), map.end(), 0.0);
  for (double& weight : map) weight = sum > 0 ? weight / sum : 0;
  // The order with the smaller map in between, which is never larger than the larger of both grids: a row of patches
  // brought onto a column of them must not become their product.
  if (rows_.to_size * cols_.from_size <= rows_.from_size * cols_.to_size) {
    return mix_columns(mix_rows(map, rows_, cols_.from_size), rows_.to_size, cols_);
  }
  return mix_rows(mix_columns(map, rows_.from_size, cols_), rows_, cols_.to_size);
}

}  // namespace attnviz::analysis
