// Which keys a query may attend to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace attnviz::attention {

// [num_keys], 0 = padding, else attend. Empty: all. The same for every query.
using KeyMask = std::span<const std::uint8_t>;

// [num_queries, num_keys], 0 = does not attend: each query has keys of its own. Blocks of keys that no query of a tile
// attends to are passed over, so the sparse patterns below save work, not only weight. Sizes that do not fit here are
// programmer mistakes (std::logic_error); a mask that does not fit its attention call is an Error there, as is any with
// linear attention, which forms no pairs.
class PairMask {
public:
  PairMask(std::size_t num_queries, std::size_t num_keys, std::vector<std::uint8_t> attends);

  // The neighbourhood graph of a grid of patches: a patch attends to the patches at most `radius` rows and columns
  // away, itself included (the reference documents' graph attention). Square: grid_rows * grid_cols both ways.
  static PairMask neighbourhood(std::size_t grid_rows, std::size_t grid_cols, std::size_t radius);

  // Block-sparse: query q attends to key k where blocks[q / block, k / block] is set.
  // blocks [ceil(num_queries / block), ceil(num_keys / block)], row-major.
  static PairMask block_sparse(std::size_t num_queries, std::size_t num_keys, std::size_t block,
                               std::span<const std::uint8_t> blocks);

  std::size_t num_queries() const { return num_queries_; }
  std::size_t num_keys() const { return num_keys_; }
  std::span<const std::uint8_t> row(std::size_t query) const {
    return std::span(attends_).subspan(query * num_keys_, num_keys_);
  }
  // How many of the keys [first, first + count) the query attends to; without looking at each of them.
  std::size_t num_attended(std::size_t query, std::size_t first, std::size_t count) const;

private:
  std::size_t num_attended_before(std::size_t query, std::size_t key) const;

  std::size_t num_queries_, num_keys_;
  std::vector<std::uint8_t> attends_;
  std::vector<std::uint32_t> before_;  // [num_queries, stretches of keys]: how many are attended before each stretch
};

}  // namespace attnviz::attention
