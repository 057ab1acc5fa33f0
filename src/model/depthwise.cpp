#include "model/depthwise.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "attnviz/core/parallel.hpp"

namespace attnviz::model {
namespace {

// Channels that are summed together: four vectors of every machine's base instruction set.
constexpr std::size_t kLanes = 4, kVectors = 4, kChunk = kLanes * kVectors;
// Output columns that share a chunk's taps.
constexpr std::size_t kTileCols = 2;
typedef float Floats __attribute__((vector_size(kLanes * sizeof(float))));

using attention::Activation;

// Window cells that lie inside the map: [begin, end), and the map's cell under the first of them.
struct Window {
  std::size_t begin, end, first_cell;

  Window(std::size_t out, std::size_t size, std::size_t kernel, std::size_t stride) {
    const std::size_t before = padding_before(size, kernel, stride);
    const std::size_t start = out * stride;  // in cells of the padded map
    begin = start < before ? before - start : 0;
    end = std::min(kernel, size + before - start);
    first_cell = start + begin - before;
  }
};

// The cells under one output cell's window. `cells` and `taps` point at the chunk's first channel.
struct Patch {
  Window rows, cols;
  const float* cells;  // the map's cell under (rows.begin, cols.begin)
  const float* taps;   // the tap (0, 0)
  std::size_t row_stride, channels, kernel;
};

// Calls use(cell, tap) for every cell inside the map.
template <typename Use>
void for_each_tap(const Patch& patch, const Use& use) {
  for (std::size_t ky = patch.rows.begin; ky < patch.rows.end; ++ky) {
    const float* cell = patch.cells + (ky - patch.rows.begin) * patch.row_stride;
    const float* tap = patch.taps + (ky * patch.kernel + patch.cols.begin) * patch.channels;
    for (std::size_t kx = patch.cols.begin; kx < patch.cols.end; ++kx) {
      use(cell, tap);
      cell += patch.channels;
      tap += patch.channels;
    }
  }
}

Floats load(const float* from) {
  Floats values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

Floats activated(Floats sums, Activation activation) {
  if (activation == Activation::none) return sums;
  const Floats zero{}, six = zero + 6.0f;
  const Floats positive = sums > zero ? sums : zero;
  return activation == Activation::relu ? positive : positive < six ? positive : six;
}

void convolve_chunk(const Patch& patch, const float* bias, Activation activation, float* y) {
  std::array<Floats, kVectors> sums;
  for (std::size_t v = 0; v < kVectors; ++v) sums[v] = load(bias + v * kLanes);
  for_each_tap(patch, [&](const float* cell, const float* tap) {
    for (std::size_t v = 0; v < kVectors; ++v) sums[v] += load(cell + v * kLanes) * load(tap + v * kLanes);
  });
  for (std::size_t v = 0; v < kVectors; ++v) {
    const Floats result = activated(sums[v], activation);
    std::memcpy(y + v * kLanes, &result, sizeof result);
  }
}

void convolve_one(const Patch& patch, const float* bias, Activation activation, float* y) {
  float sum = *bias;
  for_each_tap(patch, [&](const float* cell, const float* tap) { sum += *cell * *tap; });
  *y = activated(Floats{sum}, activation)[0];
}

}  // namespace

std::size_t padding_before(std::size_t size, std::size_t kernel, std::size_t stride) {
  const std::size_t reach = ((size + stride - 1) / stride - 1) * stride + kernel;
  return reach > size ? (reach - size) / 2 : 0;
}

RowRange Depthwise::input_rows(RowRange out, std::size_t height) const {
  const Window first(out.begin, height, kernel, stride), last(out.end - 1, height, kernel, stride);
  return {first.first_cell, last.first_cell + last.end - last.begin};
}

void Depthwise::forward(ConstMatrixView x, MapSize size, RowRange out, MatrixView y) const {
  const std::size_t out_width = size.strided(stride).width, first_row = input_rows(out, size.height).begin;
  const std::size_t channels = x.cols(), row_stride = size.width * channels;
  const auto convolve_cells = [&](std::size_t row, std::size_t first_col, std::size_t end_col, std::size_t channel) {
    const Window rows(row, size.height, kernel, stride);
    for (std::size_t col = first_col; col < end_col; ++col) {
      const Window cols(col, size.width, kernel, stride);
      const float* cells = x.data() + (rows.first_cell - first_row) * row_stride + cols.first_cell * channels + channel;
      const Patch patch{rows, cols, cells, taps.data() + channel, row_stride, channels, kernel};
      float* result = y.data() + ((row - out.begin) * out_width + col) * channels + channel;
      if (channel + kChunk <= channels) {
        convolve_chunk(patch, bias.data() + channel, activation, result);
      } else {
        convolve_one(patch, bias.data() + channel, activation, result);
      }
    }
  };
  // A chunk's taps and the cells under a few outputs stay in the first-level cache.
  parallel_for(out.size(), [&](std::size_t i) {
    for (std::size_t col = 0; col < out_width; col += kTileCols) {
      const std::size_t end_col = std::min(col + kTileCols, out_width);
      for (std::size_t c = 0; c < channels; c += c + kChunk <= channels ? kChunk : 1) {
        convolve_cells(out.begin + i, col, end_col, c);
      }
    }
  });
}

Depthwise read_depthwise(const Weights& weights, const std::string& name, std::size_t kernel, std::size_t stride,
                         std::size_t channels, Activation activation) {
  const std::size_t num_taps = kernel * kernel;
  const std::vector<float> values = weights.values(name + ".weight", {channels, kernel, kernel});
  Depthwise depthwise{kernel, stride, Matrix(num_taps, channels), weights.values(name + ".bias", {channels}),
                      activation};
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t tap = 0; tap < num_taps; ++tap) depthwise.taps(tap, c) = values[c * num_taps + tap];
  }
  return depthwise;
}

}  // namespace attnviz::model
