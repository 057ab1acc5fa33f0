#include "attnviz/fusion/downsampler.hpp"

#include <stdexcept>
#include <utility>

#include "attnviz/core/error.hpp"

namespace attnviz::fusion {
namespace {

bool has_content(const VisualTokens& view, std::size_t patch) { return view.mask.empty() || view.mask[patch] != 0; }

}  // namespace

SpatialDownsampler::SpatialDownsampler(std::size_t factor, attention::Linear convolution, const std::string& name)
    : factor_(factor), convolution_(std::move(convolution)) {
  if (convolution_->in_dim() != convolution_->out_dim() * factor * factor) {
    throw Error(ErrorCode::model, name,
                "shape [" + std::to_string(convolution_->out_dim()) + ", " + std::to_string(convolution_->in_dim()) +
                    "] is no convolution of " + std::to_string(factor) + " x " + std::to_string(factor) + " patches");
  }
}

PooledGrid SpatialDownsampler::plan(const VisualTokens& view) const {
  if (factor_ == 0 || view.patches.rows() != view.grid_rows * view.grid_cols) {
    throw std::logic_error("SpatialDownsampler: patches do not fit the grid");
  }
  PooledGrid grid{(view.grid_rows + factor_ - 1) / factor_, (view.grid_cols + factor_ - 1) / factor_, {}, {}, {}};
  std::vector<std::size_t> counts(grid.num_cells());
  for (std::size_t patch = 0; patch < view.patches.rows(); ++patch) {
    const std::size_t row = patch / view.grid_cols / factor_, col = patch % view.grid_cols / factor_;
    grid.cell_of.push_back(row * grid.cols + col);
    if (has_content(view, patch)) ++counts[grid.cell_of.back()];
  }
  for (const std::size_t count : counts) grid.mask.push_back(count > 0 ? 1 : 0);
  for (std::size_t patch = 0; patch < view.patches.rows(); ++patch) {
    grid.share.push_back(has_content(view, patch) ? 1.0f / static_cast<float>(counts[grid.cell_of[patch]]) : 0.0f);
  }
  return grid;
}

void SpatialDownsampler::downsample(const VisualTokens& view, const PooledGrid& grid, MatrixView cells) const {
  if (cells.rows() != grid.num_cells() || cells.cols() != view.patches.cols()) {
    throw std::logic_error("SpatialDownsampler: the cells do not fit the view");
  }
  if (convolution_) return convolve(view, grid, cells);
  for (std::size_t patch = 0; patch < view.patches.rows(); ++patch) {
    if (grid.share[patch] == 0) continue;
    const std::span<const float> token = view.patches.row(patch);
    const std::span<float> cell = cells.row(grid.cell_of[patch]);
    for (std::size_t c = 0; c < cell.size(); ++c) cell[c] += grid.share[patch] * token[c];
  }
}

void SpatialDownsampler::convolve(const VisualTokens& view, const PooledGrid& grid, MatrixView cells) const {
  const std::size_t taps = factor_ * factor_;
  Matrix unfolded(grid.num_cells(), view.patches.cols() * taps);  // [num_cells, (channel, row in cell, column in cell)]
  for (std::size_t patch = 0; patch < view.patches.rows(); ++patch) {
    if (grid.share[patch] == 0) continue;
    const std::span<const float> token = view.patches.row(patch);
    const std::size_t tap = patch / view.grid_cols % factor_ * factor_ + patch % view.grid_cols % factor_;
    float* cell = unfolded.row(grid.cell_of[patch]).data() + tap;
    for (std::size_t c = 0; c < token.size(); ++c) cell[c * taps] = token[c];
  }
  convolution_->forward_into(unfolded, cells);
}

}  // namespace attnviz::fusion
