// Two reports side by side. Pure functions; what each figure means: core/comparison.hpp.
#pragma once

#include <cstddef>
#include <vector>

#include "attnviz/core/comparison.hpp"
#include "attnviz/core/patch_grid.hpp"
#include "attnviz/core/report.hpp"

namespace attnviz::analysis {

// Whether both cut the image into the same patches.
bool same_patches(const PatchGrid& a, const PatchGrid& b);

// The one with fewer patches that have content (`a` where they are as many): what one of both cannot tell apart is no
// difference. Where one sees more of the image than the other (which is cropped), that one.
const PatchGrid& coarser(const PatchGrid& a, const PatchGrid& b);

// Brings maps from one grid onto another of the same image: each patch gives its weight to the cells that its box
// covers, by area. What comes out sums to 1, less the weight where `to` sees nothing (a cropped input). Takes time and
// memory in proportion to the larger grid.
class MapResampler {
public:
  MapResampler(const PatchGrid& from, const PatchGrid& to);
  // `heat` [num_patches of `from`], not negative, none of it in the padding. Of no weight at all: zeros.
  std::vector<double> operator()(const std::vector<float>& heat) const;  // [num_patches of `to`]

private:
  // What rows (or columns) of `from` give to those of `to`. Part i of row r: parts[begin[r] + i].
  struct Part {
    std::size_t to = 0;
    double share = 0;
  };
  struct Axis {
    std::vector<std::size_t> begin;  // [size of `from` + 1]
    std::vector<Part> parts;
    std::size_t from_size = 0, to_size = 0;
  };
  static Axis make_axis(const std::vector<double>& from, const std::vector<double>& to);
  static std::vector<double> mix_rows(const std::vector<double>& map, const Axis& rows, std::size_t num_cols);
  static std::vector<double> mix_columns(const std::vector<double>& map, std::size_t num_rows, const Axis& cols);

  Axis rows_, cols_;
};

// Sum over the cells of min(a, b).
double overlap(const std::vector<double>& a, const std::vector<double>& b);

// What `a` has more than `b`, cell by cell.
std::vector<double> excess(const std::vector<double>& a, const std::vector<double>& b);

WordPairing pair_words(const Words& a, const Words& b);

// All that is known of these words. Views of one number must be of images of one size: std::logic_error.
ReportComparison compare(const Report& a, const Report& b, WordPairing words);

}  // namespace attnviz::analysis
