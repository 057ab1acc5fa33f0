// Depthwise convolution with TensorFlow "same" padding, on feature maps [height * width, channels].
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/attention/matmul.hpp"
#include "attnviz/core/matrix.hpp"
#include "model/weights.hpp"

namespace attnviz::model {

// Height and width of a feature map, in cells.
struct MapSize {
  std::size_t height = 0, width = 0;

  std::size_t cells() const { return height * width; }
  // After a convolution of this stride with "same" padding.
  MapSize strided(std::size_t stride) const { return {(height + stride - 1) / stride, (width + stride - 1) / stride}; }
};

// Cells of "same" padding before the first one: half of what the windows reach over the map, rounded down.
std::size_t padding_before(std::size_t size, std::size_t kernel, std::size_t stride);

// Rows [begin, end) of a map.
struct RowRange {
  std::size_t begin = 0, end = 0;

  std::size_t size() const { return end - begin; }
};

struct Depthwise {
  std::size_t kernel = 0, stride = 0;
  Matrix taps;              // [kernel * kernel, channels]
  std::vector<float> bias;  // [channels]
  attention::Activation activation = attention::Activation::none;

  // The rows of an input of height `height` that output rows `out` read.
  RowRange input_rows(RowRange out, std::size_t height) const;
  // Output rows `out` of a map whose whole input is of `size`: x [input_rows(out).size() * width, channels] ->
  // y [out.size() * strided width, channels].
  void forward(ConstMatrixView x, MapSize size, RowRange out, MatrixView y) const;
};

// name.weight [channels, kernel, kernel], name.bias [channels]. Throws Error (model).
Depthwise read_depthwise(const Weights& weights, const std::string& name, std::size_t kernel, std::size_t stride,
                         std::size_t channels, attention::Activation activation);

}  // namespace attnviz::model
