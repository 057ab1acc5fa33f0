// The vision trunk: EfficientNet-Lite0 with batch norm folded in (training/FORMAT.md, "Trunk"). Feature maps are
// matrices [height * width, channels], so that 1x1 convolutions are plain matrix products.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "attnviz/attention/linear.hpp"
#include "attnviz/core/matrix.hpp"
#include "model/config.hpp"
#include "model/depthwise.hpp"
#include "model/scratch_pool.hpp"
#include "model/weights.hpp"

namespace attnviz::model {

struct TrunkFeatures {
  MapSize size16, size32;
  Matrix f16;  // [H/16 * W/16, f16_channels]: the last block of stride 16
  Matrix f32;  // [H/32 * W/32, f32_channels]: the head
};

class Trunk {
public:
  // Reads "trunk.*". Throws Error (model).
  Trunk(const VisionConfig& config, const Weights& weights);

  std::size_t f16_channels() const { return f16_channels_; }
  std::size_t f32_channels() const { return head_.out_dim(); }

  // input [size.cells(), 3]. Throws Error (usage) where the input is so large that the working memory would be absurd.
  TrunkFeatures run(ConstMatrixView input, MapSize size) const;

private:
  struct Block {
    std::optional<attention::Linear> expand;
    Depthwise depthwise;
    attention::Linear project;
    bool residual = false;
    bool last_of_stride_16 = false;

    std::size_t wide_channels() const { return depthwise.bias.size(); }
    // How many output rows are made at once.
    std::size_t strip_rows(MapSize size) const;
  };
  void add_block(const BlockConfig& config, std::size_t index, std::size_t channels, const Weights& weights);
  // What the maps of one run need, in floats.
  struct Needs {
    std::size_t narrow = 0;   // the largest map between blocks
    std::size_t scratch = 0;  // the wide maps of the largest strip inside a block
  };
  // Throws Error (usage) where a map would be absurdly large.
  Needs needs(MapSize size) const;
  // input [size.cells(), 3] -> y [size.strided(2).cells(), stem channels]
  void run_stem(ConstMatrixView input, MapSize size, MatrixView y, ScratchPool& pool) const;
  // x [size.cells(), channels] -> y [size.strided(stride).cells(), out channels]
  static void run_block(const Block& block, ConstMatrixView x, MapSize size, MatrixView y, ScratchPool& pool);
  // Output rows `out` alone.
  static void run_strip(const Block& block, ConstMatrixView x, MapSize size, RowRange out, MatrixView y,
                        float* scratch);

  attention::Linear stem_;  // rows of 3 x 3 x 3 input values (ky, kx, channel)
  std::vector<Block> blocks_;
  attention::Linear head_;
  std::size_t f16_channels_ = 0;
};

}  // namespace attnviz::model
