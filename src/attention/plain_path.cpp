#include "attention/plain_path.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "attention/kernels/matmul_kernel.hpp"
#include "attention/key_stream.hpp"
#include "attention/linear_attention.hpp"
#include "attention/panels.hpp"
#include "attention/scratch.hpp"
#include "attention/top_k_attention.hpp"
#include "attnviz/core/parallel.hpp"

namespace attnviz::attention {
namespace {

constexpr std::size_t kBlockKeys = 256;  // keys, values and scores of a block lie in the second-level cache
constexpr std::size_t kKeyFloats = std::size_t{2} << 20;         // 8 MiB of keys, and of values, at a time
constexpr std::size_t kCachedRowFloats = std::size_t{64} << 10;  // a tile's rows in the second-level cache: 256 KiB
constexpr std::size_t kRowFloats = std::size_t{1} << 20;         // 4 MiB of attention rows at a time and thread

// One head of a projection: y [rows, head_stride] = x W_h^T + b_h.
void project_head(const Linear& linear, ConstMatrixView x, std::size_t head, std::size_t head_stride, float* y) {
  MatmulBlock block;
  block.x = x.data();
  block.x_row = x.stride();
  block.rows = x.rows();
  block.k = x.cols();
  block.w = linear.weight().panel(head * head_stride / kWidth);
  block.w_panel = x.cols() * kWidth;
  block.cols = head_stride;
  if (!linear.bias().empty()) block.bias = linear.bias().data() + head * head_stride;
  block.y = y;
  block.y_stride = head_stride;
  multiply_block(block);
}

// Tiles of words, each with its heads one after the other where there are tiles enough for all threads, else every head
// of a tile on its own. Every word and head is computed by itself and heads are collected in order, so it changes no
// result which thread does what.
class HeadAttention {
public:
  HeadAttention(const AttentionCall& call, const KeyValueCache& keys, std::size_t first_head, MatrixView attended)
      : call_(call), keys_(keys), first_head_(first_head), attended_(attended) {
    // Wide tiles read keys and values less often; narrow ones give every thread one, and rows that fit the cache.
    for (tile_ = 4 * kWidth; tile_ > kWidth; tile_ /= 2) {
      const bool fits = tile_ * keys.num_keys <= (tile_ > 2 * kWidth ? kCachedRowFloats : kRowFloats);
      // Not where pairs are masked: what a word's tile skips leaves no trace in its weights but in their last bits.
      const bool enough = call.pairs != nullptr || ceil_div(call.num_words(), tile_) >= num_threads();
      if (fits && enough) break;
    }
    tile_ = std::min(tile_, call.num_words());
    num_tiles_ = ceil_div(call.num_words(), tile_);
  }

  bool run() {
    if (call_.kind.type == AttentionKind::Type::linear) {
      linear_heads_.resize(keys_.num_heads);
      parallel_for(keys_.num_heads, [&](std::size_t head) {
        linear_heads_[head] = LinearAttentionHead(head_rows(keys_.key, head), head_rows(keys_.value, head), call_.mask);
      });
    }
    if (num_tiles_ >= num_threads()) {
      const std::size_t tiles = ceil_div(num_tiles_, 2 * num_threads());
      parallel_for(ceil_div(num_tiles_, tiles),
                   [&](std::size_t range) { run_tiles(range * tiles, std::min(num_tiles_, (range + 1) * tiles)); });
    } else {
      for (std::size_t tile = 0; tile < num_tiles_; ++tile) run_heads(tile);
    }
    return finite_;
  }

private:
  std::size_t first_word(std::size_t tile) const { return tile * tile_; }
  std::size_t words(std::size_t tile) const { return std::min(tile_, call_.num_words() - first_word(tile)); }
  // Floats of the attention rows [words, num_keys] of one head and tile; none where no weights are wanted.
  std::size_t row_floats(std::size_t tile) const {
    return call_.collector == nullptr ? 0 : words(tile) * keys_.num_keys;
  }

  // [num_keys, head_dim] of the keys or values.
  ConstMatrixView head_rows(const Buffer& all_heads, std::size_t head) const {
    const std::size_t stride = call_.head_stride;
    return {all_heads.data() + head * keys_.num_keys * stride, keys_.num_keys, call_.head_dim, stride};
  }

  // One thread: the rows of each head are collected while they lie in the cache.
  void run_tiles(std::size_t first, std::size_t end) {
    Buffer rows = Buffer::recycled(row_floats(first));
    for (std::size_t head = 0; head < keys_.num_heads && finite_; ++head) {
      for (std::size_t tile = first; tile < end; ++tile) {
        attend(head, tile, rows.data(), [&](std::size_t word) { collect(head, tile, word, rows.data()); });
      }
    }
  }

  // All threads: as many heads at once as memory is meant for.
  void run_heads(std::size_t tile) {
    const std::size_t floats = row_floats(tile);
    const std::size_t at_once =
        std::clamp<std::size_t>(kRowFloats / std::max<std::size_t>(floats, 1), 1, keys_.num_heads);
    Buffer rows = Buffer::recycled(at_once * floats);
    for (std::size_t first = 0; first < keys_.num_heads && finite_; first += at_once) {
      const std::size_t count = std::min(at_once, keys_.num_heads - first);
      parallel_for(count, [&](std::size_t i) { attend(first + i, tile, rows.data() + i * floats, {}); });
      if (call_.collector == nullptr) continue;
      parallel_for(words(tile), [&](std::size_t word) {
        for (std::size_t i = 0; i < count; ++i) collect(first + i, tile, word, rows.data() + i * floats);
      });
    }
  }

  // One head of a tile. `rows` becomes its attention rows, where weights are wanted; row_done hears of each.
  void attend(std::size_t head, std::size_t tile, float* rows, const KeyStream::RowDone& row_done) {
    const std::size_t count = words(tile);
    const HeadBlock block{call_.head_query(first_head_ + head).row_range(first_word(tile), count),
                          head_rows(keys_.key, head),
                          head_rows(keys_.value, head),
                          call_.mask,
                          call_.pairs,
                          first_word(tile)};
    const MatrixView attended =
        attended_.row_range(first_word(tile), count).columns((first_head_ + head) * call_.head_dim, call_.head_dim);
    const MatrixView weights = call_.collector == nullptr ? MatrixView() : MatrixView(rows, count, keys_.num_keys);
    bool finite = false;
    switch (call_.kind.type) {
      case AttentionKind::Type::softmax:
        finite = attend_softmax(block, attended, weights, row_done);
        break;
      case AttentionKind::Type::top_k:
        finite = attend_top_k(block, call_.kind.top_k, attended, weights);
        break;
      case AttentionKind::Type::linear:
        finite = linear_heads_[head].attend(block.query, attended, weights);
        break;
    }
    if (!finite) finite_ = false;
    if (call_.kind.type == AttentionKind::Type::softmax || weights.data() == nullptr || !row_done) return;
    for (std::size_t word = 0; word < count; ++word) row_done(word);
  }

  bool attend_softmax(const HeadBlock& head, MatrixView attended, MatrixView weights,
                      const KeyStream::RowDone& row_done) const {
    const std::size_t stride = call_.head_stride, count = head.query.rows();
    const PackedMatrix queries(head.query);
    KeyStream stream(queries, stride, 0, {call_.mask, call_.pairs, head.first_word, count}, weights);
    for (std::size_t key = 0; key < keys_.num_keys; key += kBlockKeys) {
      const std::size_t block = std::min(kBlockKeys, keys_.num_keys - key);
      stream.step(head.key.row_range(key, block), {head.value.row(key).data(), block, stride});
    }
    ScratchMatrix sums(count, stride);
    if (!KeyStream::finish({&stream, 1}, sums, weights.data() == nullptr ? KeyStream::RowDone() : row_done))
      return false;
    for (std::size_t word = 0; word < count; ++word) {
      std::ranges::copy(sums.view().row(word).first(call_.head_dim), attended.row(word).begin());
    }
    return true;
  }

  void collect(std::size_t head, std::size_t tile, std::size_t word, const float* rows) {
    call_.collector->add(first_head_ + head, first_word(tile) + word, {rows + word * keys_.num_keys, keys_.num_keys});
  }

  const AttentionCall& call_;
  const KeyValueCache& keys_;
  std::size_t first_head_;
  MatrixView attended_;
  std::size_t tile_ = 0, num_tiles_ = 0;
  std::vector<LinearAttentionHead> linear_heads_;  // of linear attention
  std::atomic<bool> finite_ = true;
};

}  // namespace

KeyValueCache project_heads(const Linear& key, const Linear& value, ConstMatrixView patches, std::size_t head_dim,
                            std::size_t first_head, std::size_t num_heads) {
  const std::size_t head_stride = round_up(head_dim, kWidth);
  const std::size_t num_keys = patches.rows(), size = num_heads * num_keys * head_stride;
  KeyValueCache keys{num_keys, num_heads, head_dim, Buffer::recycled(size), Buffer::recycled(size)};
  const std::size_t block_rows = matmul_block_rows(num_keys, patches.cols());
  parallel_for(ceil_div(num_keys, block_rows) * num_heads, [&](std::size_t task) {
    const std::size_t head = task % num_heads, row = task / num_heads * block_rows;
    const ConstMatrixView x = patches.row_range(row, std::min(block_rows, num_keys - row));
    const std::size_t begin = (head * num_keys + row) * head_stride;
    project_head(key, x, first_head + head, head_stride, keys.key.data() + begin);
    project_head(value, x, first_head + head, head_stride, keys.value.data() + begin);
  });
  return keys;
}

bool attend_heads(const AttentionCall& call, const KeyValueCache& keys, std::size_t first_head, MatrixView attended) {
  return HeadAttention(call, keys, first_head, attended).run();
}

bool attend_plain(const AttentionCall& call, const Linear& key, const Linear& value, ConstMatrixView patches,
                  MatrixView attended) {
  const std::size_t at_once =
      std::clamp<std::size_t>(kKeyFloats / (patches.rows() * call.head_stride), 1, call.num_heads);
  for (std::size_t first = 0; first < call.num_heads; first += at_once) {
    const std::size_t count = std::min(at_once, call.num_heads - first);
    if (!attend_heads(call, project_heads(key, value, patches, call.head_dim, first, count), first, attended)) {
      return false;
    }
  }
  return true;
}

}  // namespace attnviz::attention
