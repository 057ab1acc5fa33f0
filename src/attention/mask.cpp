#include "attnviz/attention/mask.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "attnviz/core/tensor_check.hpp"

namespace attnviz::attention {
namespace {

constexpr std::size_t kStretch = 64;  // keys that are counted at once

}  // namespace

PairMask::PairMask(std::size_t num_queries, std::size_t num_keys, std::vector<std::uint8_t> attends)
    : num_queries_(num_queries), num_keys_(num_keys), attends_(std::move(attends)) {
  if (num_keys > 0 ? attends_.size() % num_keys != 0 || attends_.size() / num_keys != num_queries : !attends_.empty())
    throw std::logic_error("PairMask: " + std::to_string(attends_.size()) + " entries do not fit the shape " +
                           shape_text(num_queries, num_keys));
  before_.reserve(num_queries * (num_keys / kStretch + 1));
  for (std::size_t query = 0; query < num_queries; ++query) {
    std::uint32_t count = 0;
    for (std::size_t key = 0; key <= num_keys; ++key) {
      if (key % kStretch == 0) before_.push_back(count);
      if (key < num_keys) count += row(query)[key] != 0 ? 1 : 0;
    }
  }
}

std::size_t PairMask::num_attended_before(std::size_t query, std::size_t key) const {
  const std::size_t stretch = key / kStretch;
  const auto rest = row(query).first(key).subspan(stretch * kStretch);
  return before_[query * (num_keys_ / kStretch + 1) + stretch] + rest.size() -
         static_cast<std::size_t>(std::ranges::count(rest, std::uint8_t{0}));
}

std::size_t PairMask::num_attended(std::size_t query, std::size_t first, std::size_t count) const {
  return num_attended_before(query, first + count) - num_attended_before(query, first);
}

PairMask PairMask::neighbourhood(std::size_t grid_rows, std::size_t grid_cols, std::size_t radius) {
  const std::size_t count = grid_rows * grid_cols;
  std::vector<std::uint8_t> attends(count * count);
  for (std::size_t query = 0; query < count; ++query) {
    const std::size_t row = query / grid_cols, col = query % grid_cols;
    const std::size_t first_row = row - std::min(row, radius), last_row = row + std::min(grid_rows - 1 - row, radius);
    const std::size_t first_col = col - std::min(col, radius), last_col = col + std::min(grid_cols - 1 - col, radius);
    for (std::size_t r = first_row; r <= last_row; ++r) {
      for (std::size_t c = first_col; c <= last_col; ++c) attends[query * count + r * grid_cols + c] = 1;
    }
  }
  return {count, count, std::move(attends)};
}

PairMask PairMask::block_sparse(std::size_t num_queries, std::size_t num_keys, std::size_t block,
                                std::span<const std::uint8_t> blocks) {
  if (block == 0) throw std::logic_error("PairMask: blocks of size 0");
  const auto num_blocks = [&](std::size_t count) { return count / block + (count % block != 0 ? 1 : 0); };
  const std::size_t block_cols = num_blocks(num_keys);
  if (blocks.size() != num_blocks(num_queries) * block_cols) {
    throw std::logic_error("PairMask: the pattern does not fit the shape");
  }
  std::vector<std::uint8_t> attends(num_queries * num_keys);
  for (std::size_t query = 0; query < num_queries; ++query) {
    for (std::size_t key = 0; key < num_keys; ++key) {
      attends[query * num_keys + key] = blocks[query / block * block_cols + key / block];
    }
  }
  return {num_queries, num_keys, std::move(attends)};
}

}  // namespace attnviz::attention
