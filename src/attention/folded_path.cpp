#include "attention/folded_path.hpp"

#include <algorithm>

#include "attention/kernels/matmul_kernel.hpp"
#include "attention/key_stream.hpp"
#include "attention/panels.hpp"
#include "attention/scratch.hpp"
#include "attnviz/core/parallel.hpp"

namespace attnviz::attention {
namespace {

constexpr std::size_t kRowFloats = std::size_t{4} << 20;  // 16 MiB of attention rows, queries or sums at a time
// What is meant to stay in the second-level cache: 256 KiB of queries, as much of sums, 512 KiB of patches.
constexpr std::size_t kTileFloats = std::size_t{64} << 10, kPatchFloats = std::size_t{128} << 10;
constexpr std::size_t kMaxBlockKeys = 128;
// Work (multiply-adds) and keys that are worth a part of their own, and how many parts there may be: each has sums
// [lanes, patch_dim] of its own, which are written and merged.
constexpr std::size_t kPartWork = std::size_t{2} << 20, kPartKeys = 96, kMaxParts = 16;

// The keys of a call, cut into parts that are streamed on their own. By shape only: sums are merged part by part.
struct Parts {
  std::size_t keys_per_part, count;

  Parts(std::size_t num_keys, std::size_t work, std::size_t num_tiles) {
    const std::size_t most = std::max<std::size_t>(kMaxParts / num_tiles, 1);
    const std::size_t wanted = std::clamp<std::size_t>(std::min(work / kPartWork, num_keys / kPartKeys), 1, most);
    keys_per_part = round_up(ceil_div(num_keys, wanted), 4);
    count = ceil_div(num_keys, keys_per_part);
  }
};

class FoldedTile {
public:
  // Words [first_word, first_word + num_words).
  FoldedTile(const AttentionCall& call, ConstMatrixView patches, std::size_t first_word, std::size_t num_words)
      : call_(call), patches_(patches), first_word_(first_word), num_words_(num_words) {}

  bool run(const FoldedKey& folded_key, const Linear& value, MatrixView attended) {
    const ScratchMatrix queries = fold_queries(folded_key);  // [lanes, patch_dim]
    const std::size_t num_lanes = call_.num_heads * num_words_, num_keys = patches_.rows();
    Buffer row_values;
    MatrixView rows;
    if (call_.collector != nullptr) {
      row_values = Buffer::recycled(num_lanes * num_keys);
      rows = {row_values.data(), num_lanes, num_keys};
    }
    ScratchMatrix means(num_lanes, round_up(patches_.cols(), kWidth));  // weighted means of the patches
    if (!stream_patches(queries, rows, means)) return false;
    project_means(means, value, attended);
    if (call_.collector != nullptr) collect(rows);
    return true;
  }

private:
  // Lane h * num_words + w: the query of word w and head h, carried into patch space.
  ScratchMatrix fold_queries(const FoldedKey& folded_key) const {
    ScratchMatrix queries(call_.num_heads * num_words_, patches_.cols());
    parallel_for(call_.num_heads, [&](std::size_t head) {
      const ConstMatrixView query = call_.head_query(head).row_range(first_word_, num_words_);
      matmul_transposed(query, folded_key[head], queries.view().row_range(head * num_words_, num_words_));
    });
    return queries;
  }

  // Tiles of lanes whose queries and sums stay in the cache, times parts of the keys.
  bool stream_patches(ConstMatrixView queries, MatrixView rows, MatrixView means) const {
    const std::size_t num_keys = patches_.rows(), num_lanes = queries.rows();
    const std::size_t tile_lanes = std::max(kTileFloats / means.cols() / kWidth, std::size_t{1}) * kWidth;
    const std::size_t num_tiles = ceil_div(num_lanes, tile_lanes);
    const Parts parts(num_keys, 2 * num_lanes * num_keys * patches_.cols(), num_tiles);
    std::vector<PackedMatrix> packed(num_tiles);
    std::vector<KeyStream> streams;  // [tile, part]
    streams.reserve(num_tiles * parts.count);
    for (std::size_t tile = 0; tile < num_tiles; ++tile) {
      const std::size_t first = tile * tile_lanes, count = std::min(tile_lanes, num_lanes - first);
      packed[tile] = PackedMatrix(queries.row_range(first, count));
      const MatrixView tile_rows = rows.data() == nullptr ? rows : rows.row_range(first, count);
      for (std::size_t part = 0; part < parts.count; ++part) {
        streams.emplace_back(packed[tile], means.cols(), part * parts.keys_per_part,
                             LaneMask{call_.mask, call_.pairs, first_word_, num_words_, first}, tile_rows);
      }
    }
    parallel_for(streams.size(), [&](std::size_t i) {
      const std::size_t first = i % parts.count * parts.keys_per_part;
      stream_part(streams[i], patches_.row_range(first, std::min(parts.keys_per_part, num_keys - first)));
    });
    bool finite = true;
    for (std::size_t tile = 0; tile < num_tiles; ++tile) {
      const std::size_t first = tile * tile_lanes, count = std::min(tile_lanes, num_lanes - first);
      const std::span<KeyStream> tile_streams(streams.data() + tile * parts.count, parts.count);
      finite = KeyStream::finish(tile_streams, means.row_range(first, count)) && finite;
    }
    return finite;
  }

  // Every block of patches is copied once: the copy begins each row on a cache line, and its stride is no power of two,
  // which would crowd all rows into few sets of the cache.
  static void stream_part(KeyStream& stream, ConstMatrixView patches) {
    const std::size_t width = round_up(patches.cols(), kWidth), stride = width + kWidth;
    const std::size_t block_keys =
        std::clamp<std::size_t>(kPatchFloats / width / kWidth * kWidth, kWidth, kMaxBlockKeys);
    Buffer copy = Buffer::recycled(std::min(block_keys, patches.rows()) * stride);
    for (std::size_t key = 0; key < patches.rows(); key += block_keys) {
      const std::size_t count = std::min(block_keys, patches.rows() - key);
      for (std::size_t i = 0; i < count; ++i) {
        float* row = copy.data() + i * stride;
        std::ranges::copy(patches.row(key + i), row);
        std::fill(row + patches.cols(), row + width, 0.0f);
      }
      stream.step({copy.data(), count, patches.cols(), stride}, {copy.data(), count, width, stride});
    }
  }

  // attended_h = means_h W_V,h^T + b_V,h
  void project_means(ConstMatrixView means, const Linear& value, MatrixView attended) const {
    parallel_for(call_.num_heads, [&](std::size_t head) {
      MatmulBlock block;
      block.x = means.row_range(head * num_words_, num_words_).data();
      block.x_row = means.stride();
      block.rows = num_words_;
      block.k = patches_.cols();
      block.w = value.weight().panel(head * call_.head_stride / kWidth);
      block.w_panel = block.k * kWidth;
      block.cols = call_.head_dim;
      if (!value.bias().empty()) block.bias = value.bias().data() + head * call_.head_stride;
      block.y = attended.row(first_word_).data() + head * call_.head_dim;
      block.y_stride = attended.stride();
      multiply_block(block);
    });
  }

  void collect(ConstMatrixView rows) const {
    parallel_for(num_words_, [&](std::size_t word) {
      for (std::size_t head = 0; head < call_.num_heads; ++head) {
        call_.collector->add(head, first_word_ + word, rows.row(head * num_words_ + word));
      }
    });
  }

  const AttentionCall& call_;
  ConstMatrixView patches_;
  std::size_t first_word_, num_words_;
};

}  // namespace

FoldedKey fold_key(const Linear& key, std::size_t num_heads, std::size_t head_dim, std::size_t head_stride) {
  FoldedKey folded(num_heads);
  for (std::size_t head = 0; head < num_heads; ++head) {  // one thread: callers hold a lock meanwhile
    Matrix rows(head_dim, key.in_dim());                  // W_K,h
    for (std::size_t r = 0; r < head_dim; ++r) key.weight().unpack_row(head * head_stride + r, rows.row(r));
    folded[head] = PackedMatrix::from_transposed(rows);
  }
  return folded;
}

bool attend_folded(const AttentionCall& call, const FoldedKey& folded_key, const Linear& value, ConstMatrixView patches,
                   MatrixView attended) {
  const std::size_t word_floats = call.num_heads * std::max(patches.rows(), patches.cols());
  const std::size_t at_once = std::clamp<std::size_t>(kRowFloats / word_floats, 1, call.num_words());
  for (std::size_t first = 0; first < call.num_words(); first += at_once) {
    FoldedTile tile(call, patches, first, std::min(at_once, call.num_words() - first));
    if (!tile.run(folded_key, value, attended)) return false;
  }
  return true;
}

}  // namespace attnviz::attention
