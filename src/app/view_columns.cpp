#include "app/view_columns.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "attnviz/core/error.hpp"
#include "attnviz/image/layouts.hpp"
#include "attnviz/image/patchify.hpp"

namespace attnviz::app {
namespace {

using arrays::Indices;

std::string text_of(std::size_t count) { return std::to_string(count); }

image::ImageSize size_of(const Image& image) { return {image.width, image.height}; }

// The grid of an image whose columns are so many, where that is known.
std::optional<PatchGrid> grid_of(const LayoutOptions& layout, const Image& image,
                                 std::optional<std::size_t> num_columns) {
  if (!layout.preset.empty() && !layout.grid && !layout.content) {
    return image::known_grid(layout.preset, size_of(image), num_columns);
  }
  std::optional<image::GridShape> shape = layout.grid;
  if (!shape && !layout.preset.empty()) {
    const PatchGrid known = image::known_grid(layout.preset, size_of(image), num_columns);
    shape = image::GridShape{known.rows(), known.cols()};
  }
  if (!shape && num_columns) shape = image::square_grid(*num_columns);
  if (!shape) return std::nullopt;
  return image::placed_grid(size_of(image), *shape, layout.content);
}

[[noreturn]] void refuse_unknown_grid(std::size_t num_columns, const Image& image) {
  std::string hint = "give rows x columns: " + image::proposed_grids(num_columns, size_of(image));
  if (num_columns > 1 && image::square_grid(num_columns - 1)) {
    hint += "; or leave a CLS token out: --patches-at 1:" + text_of(num_columns);
  }
  throw Error(ErrorCode::usage, "--grid", text_of(num_columns) + " columns are no square", hint);
}

[[noreturn]] void refuse_columns(const std::vector<PatchGrid>& grids, std::size_t needed, std::size_t given,
                                 bool chosen) {
  const PatchGrid& first = grids.front();
  std::string what = "the image has " + text_of(needed) + " patches";
  if (grids.size() > 1) what = "the " + text_of(grids.size()) + " images have " + text_of(needed) + " patches";
  what += " (" + std::to_string(first.rows()) + "x" + std::to_string(first.cols()) +
          (grids.size() > 1 ? " the first), " : "), ") + text_of(given) +
          (chosen ? " columns are given" : " columns are in the file");
  const std::string hint = "name the columns of the patches, for example --patches-at 5:" + text_of(needed + 5);
  throw Error(ErrorCode::usage, "--patches-at", what, chosen ? "give as many, or another --grid" : hint);
}

// What is left to share out: the chosen columns, the layout's own, or all.
Indices all_columns(const LayoutOptions& layout, const std::vector<PatchGrid>& grids, std::size_t needed,
                    std::size_t num_columns) {
  if (!layout.patches_at.empty()) return indices_of(layout.patches_at, num_columns, "--patches-at", "columns");
  std::size_t begin = 0;
  if (needed != num_columns) {
    const auto first = image::first_patch_column(layout.preset);
    if (!first || *first + needed > num_columns) refuse_columns(grids, needed, num_columns, false);
    begin = *first;
  }
  Indices columns(needed);
  std::iota(columns.begin(), columns.end(), begin);
  return columns;
}

void check_grid(const ViewColumns& view) {
  const auto patches = static_cast<std::size_t>(view.grid.num_patches());
  if (patches > static_cast<std::size_t>(image::kMaxPatches)) {
    throw Error(ErrorCode::usage, "--grid", "has more than " + std::to_string(image::kMaxPatches) + " patches");
  }
  if (patches != view.columns.size()) refuse_columns({view.grid}, patches, view.columns.size(), true);
}

// Each image with a part of its own.
std::vector<ViewColumns> assign_parts(const LayoutOptions& layout, const std::vector<Image>& images,
                                      const std::vector<Indices>& parts) {
  std::vector<ViewColumns> views;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::optional<PatchGrid> grid = grid_of(layout, images[i], parts[i].size());
    if (!grid) refuse_unknown_grid(parts[i].size(), images[i]);
    views.push_back({parts[i], *grid});
    check_grid(views.back());
  }
  return views;
}

}  // namespace

Indices indices_of(const std::vector<IndexRange>& ranges, std::size_t count, const std::string& option,
                   const std::string& what) {
  Indices indices;
  for (const IndexRange& range : ranges) {
    if (range.end > count) {
      throw Error(ErrorCode::usage, option,
                  std::to_string(range.end - 1) + " is beyond the array, which has " + text_of(count) + " " + what,
                  "they are numbered from 0");
    }
    for (std::size_t index = range.begin; index < range.end; ++index) indices.push_back(index);
  }
  return indices;
}

std::vector<ViewColumns> assign_columns(const LayoutOptions& layout, const std::vector<Image>& images,
                                        std::size_t num_columns) {
  const auto is_other_size = [&](const Image& image) {
    return image.width != images.front().width || image.height != images.front().height;
  };
  if (layout.content && std::ranges::any_of(images, is_other_size)) {
    throw Error(ErrorCode::usage, "--content", "is of one image, and the views are of different sizes",
                "render them one by one");
  }
  if (layout.patches_at.size() == images.size()) {
    std::vector<Indices> parts;
    for (const IndexRange& range : layout.patches_at) {
      parts.push_back(indices_of({range}, num_columns, "--patches-at", "columns"));
    }
    return assign_parts(layout, images, parts);
  }
  std::size_t known_total = num_columns;
  if (!layout.patches_at.empty()) {
    known_total = indices_of(layout.patches_at, num_columns, "--patches-at", "columns").size();
  }
  std::vector<PatchGrid> grids;
  std::size_t needed = 0;
  for (const Image& image : images) {
    const std::size_t share = known_total / images.size();
    const std::optional<PatchGrid> grid = grid_of(layout, image, share);
    if (!grid) refuse_unknown_grid(share, image);
    grids.push_back(*grid);
    needed += static_cast<std::size_t>(grid->num_patches());
  }
  const Indices columns = all_columns(layout, grids, needed, num_columns);
  if (columns.size() != needed) refuse_columns(grids, needed, columns.size(), true);
  std::vector<Indices> parts;
  auto next = columns.begin();
  for (const PatchGrid& grid : grids) {
    parts.emplace_back(next, next + grid.num_patches());
    next += grid.num_patches();
  }
  std::vector<ViewColumns> views;
  for (std::size_t i = 0; i < grids.size(); ++i) {
    views.push_back({std::move(parts[i]), grids[i]});
    check_grid(views.back());
  }
  return views;
}

}  // namespace attnviz::app
