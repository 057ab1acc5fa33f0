#include "model/trunk.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "attnviz/core/buffer.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/core/parallel.hpp"

namespace attnviz::model {
namespace {

using attention::Activation;

constexpr std::size_t kStemKernel = 3, kStemStride = 2, kColours = 3;
constexpr std::size_t kStemValues = kStemKernel * kStemKernel * kColours;
// Wide maps up to this size are made at once, larger ones in strips of about this size (floats; a core's second-level
// cache holds 256 Ki or more).
constexpr std::size_t kWholeMapValues = std::size_t{512} * 1024, kStripValues = std::size_t{128} * 1024;
constexpr std::size_t kMaxMapValues = std::size_t{1} << 29;  // 2 GiB: far above any sensible grid

// [out, in, ky, kx] in the file; rows of the product are (ky, kx, in), as the pixels lie in memory.
attention::Linear read_stem(const Weights& weights, std::size_t channels) {
  const std::vector<float> values = weights.values("trunk.stem.weight", {channels, kColours, kStemKernel, kStemKernel});
  Matrix rows(channels, kStemValues);
  constexpr std::size_t kTaps = kStemKernel * kStemKernel;
  for (std::size_t out = 0; out < channels; ++out) {
    for (std::size_t colour = 0; colour < kColours; ++colour) {
      for (std::size_t tap = 0; tap < kTaps; ++tap) {
        rows(out, tap * kColours + colour) = values[(out * kColours + colour) * kTaps + tap];
      }
    }
  }
  return {attention::PackedMatrix(rows.view()), weights.values("trunk.stem.bias", {channels})};
}

// The 3 x 3 pixels under each cell of rows `out` of the stem's output, zeros outside.
// windows [out.size() * strided width, kStemValues]
void fill_stem_windows(ConstMatrixView input, MapSize size, RowRange out, MatrixView windows) {
  const std::size_t out_width = size.strided(kStemStride).width;
  const std::size_t above = padding_before(size.height, kStemKernel, kStemStride);
  const std::size_t left = padding_before(size.width, kStemKernel, kStemStride);
  constexpr std::array<float, kColours> kOutside{};
  for (std::size_t cell = 0; cell < windows.rows(); ++cell) {
    const std::size_t row = out.begin + cell / out_width, col = cell % out_width;
    float* window = windows.row(cell).data();
    for (std::size_t ky = 0; ky < kStemKernel; ++ky) {
      const std::size_t y = row * kStemStride + ky - above;  // wraps round above the map: too large as well
      for (std::size_t kx = 0; kx < kStemKernel; ++kx, window += kColours) {
        const std::size_t x = col * kStemStride + kx - left;
        const bool inside = y < size.height && x < size.width;
        std::copy_n(inside ? input.row(y * size.width + x).data() : kOutside.data(), kColours, window);
      }
    }
  }
}

// Rows of the stem's output that are made at once.
std::size_t stem_strip_rows(MapSize size) {
  return std::max<std::size_t>(1, kStripValues / (size.strided(kStemStride).width * kStemValues));
}

template <typename View>
View rows_of(View map, RowRange rows, std::size_t width) {
  return {map.data() + rows.begin * width * map.stride(), rows.size() * width, map.cols(), map.stride()};
}

MatrixView view_of(Buffer& buffer, MapSize size, std::size_t channels) {
  return {buffer.data(), size.cells(), channels};
}

}  // namespace

Trunk::Trunk(const VisionConfig& config, const Weights& weights) : stem_(read_stem(weights, config.stem)) {
  std::size_t channels = config.stem, stride = kStemStride, last_16 = 0;
  for (std::size_t i = 0; i < config.blocks.size(); ++i) {
    add_block(config.blocks[i], i, channels, weights);
    channels = config.blocks[i].out_channels;
    stride *= config.blocks[i].stride;
    if (stride == 16) {
      last_16 = i;
      f16_channels_ = channels;
    }
  }
  blocks_[last_16].last_of_stride_16 = true;
  head_ = weights.linear("trunk.head", channels, config.head);
}

void Trunk::add_block(const BlockConfig& config, std::size_t index, std::size_t channels, const Weights& weights) {
  const std::string name = "trunk.blocks." + std::to_string(index);
  const std::size_t wide = channels * config.expand_ratio;
  Block block;
  if (config.expand_ratio > 1) block.expand = weights.linear(name + ".expand", channels, wide);
  block.depthwise = read_depthwise(weights, name + ".depthwise", config.kernel, config.stride, wide, Activation::relu6);
  block.project = weights.linear(name + ".project", wide, config.out_channels);
  block.residual = config.stride == 1 && channels == config.out_channels;
  blocks_.push_back(std::move(block));
}

// Wide maps (expanded, filtered) are several times the narrow ones between blocks: large ones are made strip by strip,
// so that they never leave the cache.
std::size_t Trunk::Block::strip_rows(MapSize size) const {
  const std::size_t out_height = size.strided(depthwise.stride).height;
  const std::size_t row_values = size.width * wide_channels() * depthwise.stride;  // input for one output row
  if (row_values * out_height <= kWholeMapValues) return out_height;
  return std::clamp<std::size_t>(kStripValues / row_values, 1, out_height);
}

Trunk::Needs Trunk::needs(MapSize size) const {
  const std::size_t stem_rows = stem_strip_rows(size);
  size = size.strided(kStemStride);
  Needs needs{size.cells() * stem_.out_dim(), stem_rows * size.width * kStemValues};
  for (const Block& block : blocks_) {
    const Depthwise& depthwise = block.depthwise;
    const MapSize out = size.strided(depthwise.stride);
    const std::size_t rows = block.strip_rows(size);
    const std::size_t in_rows = block.expand ? (rows - 1) * depthwise.stride + depthwise.kernel : 0;
    needs.narrow = std::max(needs.narrow, out.cells() * block.project.out_dim());
    needs.scratch = std::max(needs.scratch, (in_rows * size.width + rows * out.width) * block.wide_channels());
    size = out;
  }
  if (std::max(needs.narrow, needs.scratch) > kMaxMapValues) {
    throw Error(ErrorCode::usage, "--patches", "the image would need too much memory", "use fewer patches");
  }
  return needs;
}

void Trunk::run_stem(ConstMatrixView input, MapSize size, MatrixView y, ScratchPool& pool) const {
  const MapSize out = size.strided(kStemStride);
  const std::size_t rows = stem_strip_rows(size);
  parallel_for((out.height + rows - 1) / rows, [&](std::size_t strip) {
    const RowRange range{strip * rows, std::min((strip + 1) * rows, out.height)};
    pool.with_buffer([&](float* scratch) {
      const MatrixView windows(scratch, range.size() * out.width, kStemValues);
      fill_stem_windows(input, size, range, windows);
      stem_.forward_into(windows, rows_of(y, range, out.width), Activation::relu6);
    });
  });
}

void Trunk::run_block(const Block& block, ConstMatrixView x, MapSize size, MatrixView y, ScratchPool& pool) {
  const std::size_t out_height = size.strided(block.depthwise.stride).height, rows = block.strip_rows(size);
  parallel_for((out_height + rows - 1) / rows, [&](std::size_t strip) {
    const RowRange out{strip * rows, std::min((strip + 1) * rows, out_height)};
    pool.with_buffer([&](float* scratch) { run_strip(block, x, size, out, y, scratch); });
  });
}

void Trunk::run_strip(const Block& block, ConstMatrixView x, MapSize size, RowRange out, MatrixView y, float* scratch) {
  const std::size_t out_width = size.strided(block.depthwise.stride).width;
  const ConstMatrixView x_rows = rows_of(x, block.depthwise.input_rows(out, size.height), size.width);
  const MatrixView filtered(scratch, out.size() * out_width, block.wide_channels());
  ConstMatrixView wide = x_rows;
  if (block.expand) {
    const MatrixView expanded(scratch + filtered.rows() * filtered.cols(), x_rows.rows(), block.wide_channels());
    block.expand->forward_into(x_rows, expanded, Activation::relu6);
    wide = expanded;
  }
  block.depthwise.forward(wide, size, out, filtered);
  // A residual block keeps its size: the output rows are rows of x as well.
  block.project.forward_into(filtered, rows_of(y, out, out_width), Activation::none,
                             block.residual ? rows_of(x, out, size.width) : ConstMatrixView());
}

TrunkFeatures Trunk::run(ConstMatrixView input, MapSize size) const {
  const Needs memory = needs(size);
  Buffer x(memory.narrow), next(memory.narrow);
  ScratchPool pool(memory.scratch);
  TrunkFeatures features;
  MapSize now = size.strided(kStemStride);
  std::size_t channels = stem_.out_dim();
  run_stem(input, size, view_of(x, now, channels), pool);
  for (const Block& block : blocks_) {
    const MapSize out = now.strided(block.depthwise.stride);
    run_block(block, view_of(x, now, channels), now, view_of(next, out, block.project.out_dim()), pool);
    std::swap(x, next);
    now = out;
    channels = block.project.out_dim();
    if (!block.last_of_stride_16) continue;
    features.size16 = now;
    features.f16 = Matrix(now.cells(), channels);
    std::copy_n(x.data(), now.cells() * channels, features.f16.data());
  }
  features.size32 = now;
  features.f32 = head_.forward(view_of(x, now, channels), Activation::relu6);
  return features;
}

}  // namespace attnviz::model
