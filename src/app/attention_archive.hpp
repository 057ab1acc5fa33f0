// attention.npz, which --formats npz writes and attnviz render reads back. Arrays, for NumPy (np.load, no pickle):
//
//   attention   float32 [layers, heads, words, patches]: the weights, zero in the padding; a row and its share of
//               nothing sum to 1 (imported ones: as they were)
//   nothing     float32 [layers, heads, words]: the share of "nothing here", where the model has such a slot
//   words       Unicode [words]
//   grid        int64 [rows, cols] of the patches, row-major
//   content     int64 [x0, y0, x1, y1] of the image in the model input, input_size int64 [width, height] of that
//   image_size  int64 [width, height] of the image itself
//
// Of further views: attention.view1, grid.view1 and so on.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/view_columns.hpp"
#include "attnviz/app/options.hpp"
#include "attnviz/app/pipeline.hpp"
#include "attnviz/arrays/array_file.hpp"

namespace attnviz::app {

// "grid", "grid.view1".
std::string archive_name(const std::string& array, std::size_t view);

// Error (output).
void write_archive(const JobResult& job, const std::filesystem::path& path);

// Whether the file is one, and not asked for as any other (--key).
bool is_archive(const arrays::ArrayFile& file, const LayoutOptions& layout);
std::vector<std::string> archived_words(const arrays::ArrayFile& file);
// All columns, and the grid that the file or, where they say one, the options have. Error (input): facts that are
// missing or do not fit, another image.
ViewColumns archived_columns(const arrays::ArrayFile& file, std::size_t view, const Image& image,
                             const LayoutOptions& layout, std::size_t num_columns);
// Fills maps.nothing where the file has it.
void read_archived_nothing(const arrays::ArrayFile& file, std::size_t view, AttentionMaps& maps);

}  // namespace attnviz::app
