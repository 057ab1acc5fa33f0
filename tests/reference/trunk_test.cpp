// The trunk on maps that are made strip by strip, against convolutions written down from their definition.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "arrays/safetensors.hpp"
#include "model/trunk.hpp"
#include "support/model_file.hpp"
#include "support/random_matrix.hpp"

using namespace attnviz;

namespace {

// [height, width, channels]
struct Map {
  long height, width, channels;
  std::vector<double> values;

  Map(long h, long w, long c) : height(h), width(w), channels(c), values(static_cast<std::size_t>(h * w * c)) {}
  double& at(long y, long x, long c) { return values[static_cast<std::size_t>((y * width + x) * channels + c)]; }
  double at(long y, long x, long c) const {  // zero outside
    if (y < 0 || x < 0 || y >= height || x >= width) return 0;
    return values[static_cast<std::size_t>((y * width + x) * channels + c)];
  }
};

std::vector<float> floats(const test::ModelFile& file, const std::string& name) {
  const std::string& data = file.tensors.at(name).data;
  std::vector<float> values(data.size() / sizeof(float));
  std::memcpy(values.data(), data.data(), data.size());
  return values;
}

// Any convolution with "same" padding: weight [out, in_per_group, k, k]; depthwise where in_per_group is 1.
Map convolve(const Map& x, const test::ModelFile& file, const std::string& name, long kernel, long stride,
             bool depthwise, bool relu6) {
  const std::vector<float> weight = floats(file, name + ".weight"), bias = floats(file, name + ".bias");
  const long in = depthwise ? 1 : x.channels;
  Map y((x.height + stride - 1) / stride, (x.width + stride - 1) / stride, static_cast<long>(bias.size()));
  const long above = std::max((y.height - 1) * stride + kernel - x.height, 0L) / 2;
  const long left = std::max((y.width - 1) * stride + kernel - x.width, 0L) / 2;
  for (long row = 0; row < y.height; ++row) {
    for (long col = 0; col < y.width; ++col) {
      for (long out = 0; out < y.channels; ++out) {
        double sum = bias[static_cast<std::size_t>(out)];
        for (long c = 0; c < in; ++c) {
          for (long tap = 0; tap < kernel * kernel; ++tap) {
            const double cell =
                x.at(row * stride + tap / kernel - above, col * stride + tap % kernel - left, depthwise ? out : c);
            sum += cell * weight[static_cast<std::size_t>((out * in + c) * kernel * kernel + tap)];
          }
        }
        y.at(row, col, out) = relu6 ? std::clamp(sum, 0.0, 6.0) : sum;
      }
    }
  }
  return y;
}

// All blocks; the map of stride 16 goes to `f16`.
Map naive_trunk(const Map& input, const test::ModelFile& file, const test::TinyModelOptions& options, Map& f16) {
  Map x = convolve(input, file, "trunk.stem", 3, 2, false, true);
  for (std::size_t i = 0; i < options.blocks.size(); ++i) {
    const std::string name = "trunk.blocks." + std::to_string(i);
    const auto kernel = static_cast<long>(options.blocks[i][0]), stride = static_cast<long>(options.blocks[i][1]);
    const Map wide = options.blocks[i][2] > 1 ? convolve(x, file, name + ".expand", 1, 1, false, true) : x;
    const Map filtered = convolve(wide, file, name + ".depthwise", kernel, stride, true, true);
    Map y = convolve(filtered, file, name + ".project", 1, 1, false, false);
    if (stride == 1 && y.channels == x.channels) {
      for (std::size_t v = 0; v < y.values.size(); ++v) y.values[v] += x.values[v];
    }
    x = y;
    if (x.height == input.height / 16) f16 = x;
  }
  return convolve(x, file, "trunk.head", 1, 1, false, true);
}

double worst(const Matrix& got, const Map& want) {
  REQUIRE(got.rows() * got.cols() == want.values.size());
  double difference = 0;
  for (std::size_t i = 0; i < want.values.size(); ++i) {
    difference = std::max(difference, std::fabs(got.data()[i] - want.values[i]));
  }
  return difference;
}

}  // namespace

TEST_CASE("maps too large for the cache are made in strips with the same result") {
  test::TinyModelOptions options;
  options.dtype = "F32";
  options.stem = 24;
  options.blocks = {{3, 1, 1, 16}, {5, 2, 4, 16}, {3, 1, 12, 16}, {3, 2, 2, 12}, {5, 2, 2, 12}, {3, 2, 2, 16}};
  const test::ModelFile file = test::tiny_model(options);
  const std::string bytes = file.bytes();
  const auto tensors = arrays::SafeTensors::from_bytes(std::as_bytes(std::span(bytes)), "trunk");
  const model::ModelConfig config = model::parse_config(tensors.metadata("config"), "trunk");
  const model::Trunk trunk(config.vision, model::Weights(tensors));

  constexpr std::size_t kHeight = 192, kWidth = 256;
  const Matrix input = test::random_matrix(kHeight * kWidth, 3, 5);
  Map naive_input(kHeight, kWidth, 3), f16(1, 1, 1);
  std::copy_n(input.data(), kHeight * kWidth * 3, naive_input.values.begin());
  const Map f32 = naive_trunk(naive_input, file, options, f16);
  const model::TrunkFeatures features = trunk.run(input, {kHeight, kWidth});
  CHECK(features.size16.height == 12);
  CHECK(features.size16.width == 16);
  CHECK(worst(features.f16, f16) < 1e-4);
  CHECK(worst(features.f32, f32) < 1e-4);
}
