#include "model/depthwise.hpp"

#include <algorithm>

#include "attnviz/attention/window_sum.hpp"
#include "attnviz/core/parallel.hpp"

namespace attnviz::model {
namespace {

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

  bool whole(std::size_t kernel) const { return end - begin == kernel; }
};

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
  parallel_for(out.size(), [&](std::size_t i) {
    const Window rows(out.begin + i, size.height, kernel, stride);
    for (std::size_t col = 0, run = 1; col < out_width; col += run) {
      const Window cols(col, size.width, kernel, stride);
      run = 1;  // neighbours whose windows lie inside the map alike go together
      if (cols.whole(kernel)) {
        while (col + run < out_width && Window(col + run, size.width, kernel, stride).whole(kernel)) ++run;
      }
      attention::window_sum({.x = x.data() + (rows.first_cell - first_row) * row_stride + cols.first_cell * channels,
                             .x_row = row_stride,
                             .x_step = stride * channels,
                             .taps = taps.row(rows.begin * kernel + cols.begin).data(),
                             .tap_row = kernel * channels,
                             .rows = rows.end - rows.begin,
                             .cols = cols.end - cols.begin,
                             .bias = bias.data(),
                             .y = y.row(i * out_width + col).data(),
                             .count = run,
                             .channels = channels,
                             .activation = activation});
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
