#include "model/trunk.hpp"

#include <algorithm>
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

// [channels, ky, kx] in the file.
Depthwise read_depthwise(const Weights& weights, const std::string& name, const BlockConfig& config,
                         std::size_t channels) {
  const std::size_t num_taps = config.kernel * config.kernel;
  const std::vector<float> values = weights.values(name + ".weight", {channels, config.kernel, config.kernel});
  Depthwise depthwise{config.kernel, config.stride, Matrix(num_taps, channels),
                      weights.values(name + ".bias", {channels})};
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t tap = 0; tap < num_taps; ++tap) depthwise.taps(tap, c) = values[c * num_taps + tap];
  }
  return depthwise;
}

// The 3 x 3 pixels under each cell of the stem's output, zeros outside: [out.cells(), kStemValues].
Matrix stem_windows(ConstMatrixView input, MapSize size) {
  const MapSize out = size.strided(kStemStride);
  const std::size_t above = padding_before(size.height, kStemKernel, kStemStride);
  const std::size_t left = padding_before(size.width, kStemKernel, kStemStride);
  Matrix windows(out.cells(), kStemValues);
  parallel_for(out.height, [&](std::size_t row) {
    for (std::size_t col = 0; col < out.width; ++col) {
      float* window = windows.row(row * out.width + col).data();
      for (std::size_t ky = 0; ky < kStemKernel; ++ky) {
        const std::size_t y = row * kStemStride + ky - above;  // wraps round above the map: too large as well
        for (std::size_t kx = 0; kx < kStemKernel; ++kx, window += kColours) {
          const std::size_t x = col * kStemStride + kx - left;
          if (y < size.height && x < size.width) std::ranges::copy(input.row(y * size.width + x), window);
        }
      }
    }
  });
  return windows;
}

MatrixView view_of(Buffer& buffer, MapSize size, std::size_t channels) {
  return {buffer.data(), size.cells(), channels};
}

}  // namespace

struct Trunk::Workspace {
  Buffer x, next;         // the narrow maps: a block's input and output
  Buffer wide, filtered;  // the wide ones: expanded, and after the depthwise filter
};

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
  block.depthwise = read_depthwise(weights, name + ".depthwise", config, wide);
  block.project = weights.linear(name + ".project", wide, config.out_channels);
  block.residual = config.stride == 1 && channels == config.out_channels;
  blocks_.push_back(std::move(block));
}

Trunk::Workspace Trunk::make_workspace(MapSize size) const {
  size = size.strided(kStemStride);
  std::size_t narrow = size.cells() * stem_.out_dim(), wide = 0, filtered = 0;
  for (const Block& block : blocks_) {
    if (block.expand) wide = std::max(wide, size.cells() * block.wide_channels());
    size = size.strided(block.depthwise.stride);
    filtered = std::max(filtered, size.cells() * block.wide_channels());
    narrow = std::max(narrow, size.cells() * block.project.out_dim());
  }
  if (std::max({narrow, wide, filtered}) > kMaxMapValues) {
    throw Error(ErrorCode::usage, "--patches", "the image would need too much memory", "use fewer patches");
  }
  return {Buffer(narrow), Buffer(narrow), Buffer(wide), Buffer(filtered)};
}

MapSize Trunk::run_block(const Block& block, MapSize size, Workspace& workspace) const {
  const std::size_t channels = block.expand ? block.expand->in_dim() : block.wide_channels();
  const MatrixView x = view_of(workspace.x, size, channels);
  MatrixView wide = x;
  if (block.expand) {
    wide = view_of(workspace.wide, size, block.wide_channels());
    block.expand->forward_into(x, wide, Activation::relu6);
  }
  const MapSize out = size.strided(block.depthwise.stride);
  const MatrixView filtered = view_of(workspace.filtered, out, block.wide_channels());
  block.depthwise.forward(wide, size, filtered);
  block.project.forward_into(filtered, view_of(workspace.next, out, block.project.out_dim()), Activation::none,
                             block.residual ? ConstMatrixView(x) : ConstMatrixView());
  std::swap(workspace.x, workspace.next);
  return out;
}

TrunkFeatures Trunk::run(ConstMatrixView input, MapSize size) const {
  Workspace workspace = make_workspace(size);
  TrunkFeatures features;
  MapSize now = size.strided(kStemStride);
  stem_.forward_into(stem_windows(input, size), view_of(workspace.x, now, stem_.out_dim()), Activation::relu6);
  for (const Block& block : blocks_) {
    now = run_block(block, now, workspace);
    if (!block.last_of_stride_16) continue;
    features.size16 = now;
    features.f16 = Matrix(now.cells(), f16_channels_);
    std::copy_n(workspace.x.data(), now.cells() * f16_channels_, features.f16.data());
  }
  features.size32 = now;
  features.f32 = head_.forward(view_of(workspace.x, now, head_.in_dim()), Activation::relu6);
  return features;
}

}  // namespace attnviz::model
