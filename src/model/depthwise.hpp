// Depthwise convolution with TensorFlow "same" padding and ReLU6, on feature maps [height * width, channels].
#pragma once

#include <cstddef>
#include <vector>

#include "attnviz/core/matrix.hpp"

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

struct Depthwise {
  std::size_t kernel = 0, stride = 0;
  Matrix taps;              // [kernel * kernel, channels]
  std::vector<float> bias;  // [channels]

  // x [size.cells(), channels] -> y [size.strided(stride).cells(), channels]
  void forward(ConstMatrixView x, MapSize size, MatrixView y) const;
};

}  // namespace attnviz::model
