// Pooled keys: average and learned, on ragged grids with padding.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "attnviz/core/error.hpp"
#include "attnviz/fusion/downsampler.hpp"
#include "support/random_matrix.hpp"

using namespace attnviz;
using namespace attnviz::fusion;

namespace {

constexpr std::size_t kDim = 3;

struct Grid {
  std::size_t rows, cols;
};
constexpr Grid kGrids[] = {{1, 1}, {1, 7}, {7, 1}, {5, 3}, {4, 6}};

// Every fifth patch is padding, and so is the last column of wide grids.
std::vector<std::uint8_t> padded(Grid grid) {
  std::vector<std::uint8_t> mask(grid.rows * grid.cols, 1);
  for (std::size_t p = 0; p < mask.size(); ++p) {
    if (p % 5 == 4 || (grid.cols > 5 && p % grid.cols == grid.cols - 1)) mask[p] = 0;
  }
  return mask;
}

Matrix cells_of(const SpatialDownsampler& downsampler, const VisualTokens& view, const PooledGrid& grid) {
  Matrix cells(grid.num_cells(), view.patches.cols());
  downsampler.downsample(view, grid, cells);
  return cells;
}

}  // namespace

TEST_CASE("a factor of 1 leaves patches and mask as they are") {
  const Matrix patches = test::random_matrix(15, kDim, 1);
  const auto mask = padded({5, 3});
  const VisualTokens view{patches, 5, 3, mask};
  const SpatialDownsampler as_it_is;
  const PooledGrid grid = as_it_is.plan(view);
  CHECK(grid.mask == mask);
  const Matrix cells = cells_of(as_it_is, view, grid);
  for (std::size_t p = 0; p < 15; ++p) {
    CHECK(grid.cell_of[p] == p);
    CHECK(grid.share[p] == static_cast<float>(mask[p]));
    for (std::size_t c = 0; c < kDim; ++c) CHECK(cells(p, c) == (mask[p] ? patches(p, c) : 0.0f));
  }
}

TEST_CASE("average: the mean of a cell's patches with content; its weight is theirs in equal shares") {
  for (const Grid size : kGrids) {
    for (const std::size_t factor : {2u, 3u}) {
      CAPTURE(size.rows);
      CAPTURE(size.cols);
      const Matrix patches = test::random_matrix(size.rows * size.cols, kDim, 1);
      const auto mask = padded(size);
      const VisualTokens view{patches, size.rows, size.cols, mask};
      const SpatialDownsampler downsampler(factor);
      const PooledGrid grid = downsampler.plan(view);
      REQUIRE(grid.rows == (size.rows + factor - 1) / factor);
      REQUIRE(grid.cols == (size.cols + factor - 1) / factor);
      const Matrix cells = cells_of(downsampler, view, grid);
      for (std::size_t cell = 0; cell < grid.num_cells(); ++cell) {
        double count = 0, sum = 0, share = 0;
        for (std::size_t p = 0; p < patches.rows(); ++p) {
          const std::size_t row = p / size.cols / factor, col = p % size.cols / factor;
          if (row * grid.cols + col != cell) continue;
          CHECK(grid.cell_of[p] == cell);
          if (mask[p] == 0) CHECK(grid.share[p] == 0);
          count += mask[p];
          sum += mask[p] * patches(p, 1);
          share += grid.share[p];
        }
        CHECK(grid.mask[cell] == (count > 0));
        CHECK(share == doctest::Approx(count > 0 ? 1.0 : 0.0));
        CHECK(cells(cell, 1) == doctest::Approx(count > 0 ? sum / count : 0.0).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("learned: a strided convolution, zeros beyond the edge and on padding") {
  constexpr std::size_t kFactor = 2, kTaps = kFactor * kFactor;
  const Matrix kernel = test::random_matrix(kDim, kDim * kTaps, 2), bias = test::random_matrix(1, kDim, 3);
  const SpatialDownsampler downsampler(kFactor, attention::Linear({kernel, bias.row(0)}), "pool");
  for (const Grid size : kGrids) {
    CAPTURE(size.rows);
    CAPTURE(size.cols);
    const Matrix patches = test::random_matrix(size.rows * size.cols, kDim, 1);
    const auto mask = padded(size);
    const VisualTokens view{patches, size.rows, size.cols, mask};
    const PooledGrid grid = downsampler.plan(view);
    const Matrix cells = cells_of(downsampler, view, grid);
    for (std::size_t cell = 0; cell < grid.num_cells(); ++cell) {
      double sum = bias(0, 2);
      for (std::size_t tap = 0; tap < kTaps; ++tap) {
        const std::size_t row = cell / grid.cols * kFactor + tap / kFactor;
        const std::size_t col = cell % grid.cols * kFactor + tap % kFactor;
        if (row >= size.rows || col >= size.cols || mask[row * size.cols + col] == 0) continue;
        for (std::size_t c = 0; c < kDim; ++c) sum += kernel(2, c * kTaps + tap) * patches(row * size.cols + col, c);
      }
      CHECK(cells(cell, 2) == doctest::Approx(sum).epsilon(1e-5));
    }
  }
}

TEST_CASE("what does not fit is refused") {
  const Matrix patches(6, kDim);
  CHECK_THROWS_AS(SpatialDownsampler(2).plan({patches, 2, 2}), std::logic_error);
  CHECK_THROWS_AS(SpatialDownsampler(0).plan({patches, 2, 3}), std::logic_error);
  const VisualTokens view{patches, 2, 3};
  const PooledGrid grid = SpatialDownsampler(2).plan(view);
  Matrix wrong(grid.num_cells() + 1, kDim);
  CHECK_THROWS_AS(SpatialDownsampler(2).downsample(view, grid, wrong), std::logic_error);
  try {
    const Matrix kernel(kDim, kDim * 4);
    const SpatialDownsampler three(3, attention::Linear({kernel, {}}), "fusion.pool");
    FAIL("no error");
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(message.find("fusion.pool") != std::string::npos);
    CHECK(message.find("[3, 12]") != std::string::npos);
    CHECK(message.find("3 x 3") != std::string::npos);
  }
}
