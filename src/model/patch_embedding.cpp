#include "model/patch_embedding.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "attnviz/core/parallel.hpp"

namespace attnviz::model {
namespace {

constexpr std::size_t kBlockPx = 4, kBlocksASide = 4, kPatchPx = kBlockPx * kBlocksASide, kColours = 3;
constexpr std::size_t kRgbValues = kBlocksASide * kBlocksASide * kColours, kPlaceValues = 4;

// Mean colour of each 4 x 4 block of a patch: [num_patches, 48], order block row, block column, colour.
Matrix block_colours(ConstMatrixView input, MapSize size, MapSize grid) {
  Matrix colours(grid.cells(), kRgbValues);
  constexpr float kShare = 1.0f / static_cast<float>(kBlockPx * kBlockPx);
  parallel_for(grid.height, [&](std::size_t grid_row) {
    for (std::size_t y = grid_row * kPatchPx; y < (grid_row + 1) * kPatchPx; ++y) {
      const std::size_t block_row = y % kPatchPx / kBlockPx;
      for (std::size_t x = 0; x < size.width; ++x) {
        const float* pixel = input.row(y * size.width + x).data();
        const std::size_t block = block_row * kBlocksASide + x % kPatchPx / kBlockPx;
        float* sums = colours.row(grid_row * grid.width + x / kPatchPx).data() + block * kColours;
        for (std::size_t c = 0; c < kColours; ++c) sums[c] += pixel[c] * kShare;
      }
    }
  });
  return colours;
}

// Where an output cell of a doubling reads: two cells and the share of the second.
struct Between {
  std::size_t first, second;
  float share;

  Between(std::size_t out, std::size_t size) {
    const std::size_t near = out / 2;  // half-pixel centres: a quarter cell before or after the middle of `near`
    const bool before = out % 2 == 0;
    first = before ? (near == 0 ? 0 : near - 1) : near;
    second = before ? near : std::min(near + 1, size - 1);
    share = before ? 0.75f : 0.25f;
  }
};

// tokens [2h * 2w, dim] += bilinear doubling of coarse [h * w, dim]
void add_doubled(MatrixView tokens, ConstMatrixView coarse, MapSize size) {
  parallel_for(2 * size.height, [&](std::size_t row) {
    const Between y(row, size.height);
    for (std::size_t col = 0; col < 2 * size.width; ++col) {
      const Between x(col, size.width);
      const float* top_left = coarse.row(y.first * size.width + x.first).data();
      const float* top_right = coarse.row(y.first * size.width + x.second).data();
      const float* low_left = coarse.row(y.second * size.width + x.first).data();
      const float* low_right = coarse.row(y.second * size.width + x.second).data();
      const float w11 = y.share * x.share, w10 = y.share - w11, w01 = x.share - w11, w00 = 1 - w01 - y.share;
      float* token = tokens.row(row * 2 * size.width + col).data();
      for (std::size_t c = 0; c < tokens.cols(); ++c) {
        token[c] += w00 * top_left[c] + w01 * top_right[c] + w10 * low_left[c] + w11 * low_right[c];
      }
    }
  });
}

// Where each patch is, x and y from -1 to 1 over the grid: x, y, and their squares. [num_patches, 4]
Matrix places(MapSize grid) {
  Matrix places(grid.cells(), kPlaceValues);
  const auto centre = [](std::size_t cell, std::size_t cells) {
    return static_cast<float>(2 * cell + 1) / static_cast<float>(cells) - 1;
  };
  for (std::size_t row = 0; row < grid.height; ++row) {
    for (std::size_t col = 0; col < grid.width; ++col) {
      const float x = centre(col, grid.width), y = centre(row, grid.height);
      std::ranges::copy(std::array{x, y, x * x, y * y}, places.row(row * grid.width + col).data());
    }
  }
  return places;
}

}  // namespace

PatchEmbedding::PatchEmbedding(const ModelConfig& config, const Trunk& trunk, const Weights& weights)
    : from_f16_(weights.packed("patches.s16.weight", config.dim, trunk.f16_channels()),
                weights.values("patches.bias", {config.dim})),
      from_f32_(weights.packed("patches.s32.weight", config.dim, trunk.f32_channels()), {}),
      from_rgb_(weights.packed("patches.rgb.weight", config.dim, kRgbValues), {}),
      from_place_(weights.packed("patches.place.weight", config.dim, kPlaceValues), {}),
      norm_in_(weights.norm("patches.norm_in", config.dim)),
      ffn_(weights.feed_forward("patches.ffn", config.dim, weights.num_rows("patches.ffn.up.weight"))),
      norm_out_(weights.norm("patches.norm_out", config.dim)) {
  for (std::size_t i = 0; i < config.vision.mixers; ++i) {
    mixers_.emplace_back("patches.mixers." + std::to_string(i), config.dim, weights);
  }
}

Matrix PatchEmbedding::run(ConstMatrixView input, MapSize input_size, const TrunkFeatures& features,
                           attention::KeyMask content) const {
  const MapSize grid = features.size16;
  Matrix tokens = from_f16_.forward(features.f16);  // [num_patches, dim]
  add_doubled(tokens, from_f32_.forward(features.f32), features.size32);
  from_rgb_.forward_into(block_colours(input, input_size, grid), tokens, attention::Activation::none, tokens);
  norm_in_.apply(tokens);
  fusion::add(tokens, ffn_.forward(tokens));
  norm_out_.apply(tokens);
  for (const PatchMixer& mixer : mixers_) mixer.apply(tokens, grid, content);
  from_place_.forward_into(places(grid), tokens, attention::Activation::none, tokens);
  return tokens;
}

}  // namespace attnviz::model
