// Many small maps of one image side by side: layers by heads of one word, or words by layers.
#pragma once

#include <string>
#include <vector>

#include "attnviz/core/image.hpp"
#include "attnviz/core/patch_grid.hpp"
#include "attnviz/render/labels.hpp"
#include "attnviz/render/pictures.hpp"

namespace attnviz::render {

// Which maps share a scale: its top colour is for the highest weight among them, of a map that looks at more than
// "nothing here".
enum class MatrixScale { map, row, all };

struct MapMatrix {
  std::string title;
  std::vector<std::string> facts;
  std::vector<std::string> rows, columns;  // their names
  std::vector<WordReading> maps;           // [rows * columns], row by row; of each its heat and its share of nothing
  MatrixScale scale = MatrixScale::map;
  std::size_t first_pale = ~std::size_t{0};  // from this column on maps lie over a pale grey copy of the image
  int largest_map = 180;                     // longest side in pixels, where there is room
  std::vector<std::string> captions{};       // [rows * columns], under the maps; empty: their highest weights
  std::string nothing_name{};                // in such captions, before the share that goes to "nothing here"
  std::string top_name{};                    // of the colour bar's end; where all maps share one scale its weight
};

// The maps shrink as there are more, down to 40 pixels.
Image matrix_sheet(const Image& image, const PatchGrid& grid, const MapMatrix& matrix, const Looks& looks,
                   const Labels& labels);

}  // namespace attnviz::render
