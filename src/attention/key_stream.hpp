// A tile of attention rows ("lanes", each a word and a head) and the keys that stream past it, block by block: scores,
// softmax and weighted sums of one block are done while it lies in the cache (Milakov and Gimelshein 2018; Rabe and
// Staats, "Self-attention does not need O(n^2) memory", 2021).
//
//   queries  [lanes, key_dim]      scaled; packed
//   keys     [num_keys, key_dim]   of this stream: a part of the call's keys, beginning at first_key
//   values   [num_keys, value_dim] value_dim a multiple of 16
//   rows     [lanes, all keys]     optional: gets exp(score - some maximum); finish() makes weights of it
//
// Several streams over parts of the same keys are merged in their order, so that threads may share one tile. One thread
// uses a stream at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "attention/kernels/softmax_kernel.hpp"
#include "attnviz/attention/mask.hpp"
#include "attnviz/attention/matmul.hpp"
#include "attnviz/core/buffer.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

// Which keys a lane may attend to. Lane i belongs to word first_word + (first_lane + i) % num_words.
struct LaneMask {
  KeyMask keys{};
  const PairMask* pairs = nullptr;
  std::size_t first_word = 0, num_words = 1, first_lane = 0;
};

class KeyStream {
public:
  // `queries` must outlive the stream. `rows`: where not empty, columns [first_key, ...) are written.
  KeyStream(const PackedMatrix& queries, std::size_t value_dim, std::size_t first_key, const LaneMask& mask,
            MatrixView rows);

  // The next keys of the stream. keys [count, key_dim]; values [count, value_dim], every row on a cache line.
  void step(ConstMatrixView keys, ConstMatrixView values);

  // Called with each lane whose row of weights is complete, while the row lies in the cache; several threads may call.
  using RowDone = std::function<void(std::size_t lane)>;

  // Merges streams that partition the keys of one tile: sums [lanes, value_dim] become the weighted means of the
  // values, rows the weights of lanes [0, lanes). False where a score was not finite.
  [[nodiscard]] static bool finish(std::span<KeyStream> parts, MatrixView sums, const RowDone& row_done = {});

private:
  struct Block {
    std::size_t first_key, num_keys;
  };
  std::size_t lanes() const { return queries_.rows(); }
  // Per-lane arrays of the state, each [padded lanes].
  enum Array : std::size_t { kMax, kSum, kCarry, kCheck, kDecay, kNumArrays };
  float* array(Array which) { return state_.data() + which * padded_lanes_; }
  bool any_attended(std::size_t count) const;
  void score(ConstMatrixView keys, MatrixView scores) const;
  void apply_mask(MatrixView scores) const;
  void add_weighted(ConstMatrixView exps, ConstMatrixView values);
  void write_rows(ConstMatrixView scores);
  // max and share [padded lanes]: the maximum over all parts, and 1 / (sum of exp() over all parts).
  static bool merge_state(std::span<KeyStream> parts, std::vector<float>& max, std::vector<float>& share);
  static void merge_sums(std::span<KeyStream> parts, std::size_t lane, float share, std::span<float> sum);
  std::vector<float> row_factors(std::size_t panel, const std::vector<float>& max,
                                 const std::vector<float>& share) const;
  void scale_row(std::size_t lane, const std::vector<float>& factors) const;

  const PackedMatrix& queries_;
  std::size_t padded_lanes_, value_dim_, next_key_;
  LaneMask mask_;
  MatrixView rows_;
  Buffer state_;   // [kNumArrays, padded lanes]
  Buffer scores_;  // [keys of a block, padded lanes]
  Buffer sums_;    // [lanes, value_dim], relative to the maximum so far; nothing before the first block
  bool begun_ = false;
  std::vector<Block> blocks_;
  std::vector<float> block_max_;  // [blocks, padded lanes]: what the block's exp() was taken relative to
};

}  // namespace attnviz::attention
