// Many small maps of one image side by side: layers by heads of one word, or words by layers.
#pragma once

#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "attnviz/core/patch_grid.hpp"
#include "attnviz/render/labels.hpp"
#include "attnviz/render/pictures.hpp"

namespace attnviz::render {

struct MapMatrix {
  std::string title, subtitle;
  std::vector<std::string> rows, columns;  // their names
  std::vector<WordReading> maps;           // [rows * columns], row by row; of each its heat and its share of nothing
  bool one_scale = false;                  // the highest weight of all gets the top colour, not each map's own
};

// Under each map stands the weight that has its top colour. The maps shrink as there are more, down to 40 pixels.
Image matrix_sheet(const Image& image, const PatchGrid& grid, const MapMatrix& matrix, const Looks& looks,
                   const Labels& labels);

}  // namespace attnviz::render
