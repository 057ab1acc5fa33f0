#include "attention/checks.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

#include "attention/panels.hpp"
#include "attnviz/core/error.hpp"
#include "attnviz/core/tensor_check.hpp"

namespace attnviz::attention {
namespace {

std::string shape_of(const Linear& linear) { return shape_text(linear.out_dim(), linear.in_dim()); }

void check_fits(const Linear& linear, bool fits, const Linear& other, const std::string& where,
                const std::string& partner) {
  if (fits) return;
  refuse(where, "shape " + shape_of(linear) + " does not fit " + partner + " " + shape_of(other));
}

void check_pairs(std::size_t num_words, std::size_t num_keys, const PairMask& pairs, KeyMask mask,
                 const std::string& where) {
  if (pairs.num_queries() != num_words || pairs.num_keys() != num_keys) {
    refuse(where, "shape " + shape_text(pairs.num_queries(), pairs.num_keys()) + " does not fit words times keys " +
                      shape_text(num_words, num_keys));
  }
  for (std::size_t word = 0; word < num_words; ++word) {
    const std::span<const std::uint8_t> row = pairs.row(word);
    bool any = false;
    for (std::size_t key = 0; key < num_keys && !any; ++key) any = row[key] != 0 && (mask.empty() || mask[key] != 0);
    if (!any) refuse(where, "all keys of word " + std::to_string(word) + " are masked");
  }
}

}  // namespace

void refuse(const std::string& where, const std::string& what) { throw Error(ErrorCode::model, where, what); }

void check_projections(const AttentionProjections& projections, std::size_t num_heads, const std::string& name) {
  const auto& [query, key, value, output] = projections;
  const std::size_t width = query.out_dim();
  if (num_heads == 0 || width == 0 || width % num_heads != 0) {
    refuse(name, "a width of " + std::to_string(width) + " cannot be cut into " + std::to_string(num_heads) + " heads");
  }
  check_fits(key, key.out_dim() == width, query, name + ".key", "the query's");
  check_fits(value, value.out_dim() == width && value.in_dim() == key.in_dim(), key, name + ".value", "the key's");
  check_fits(output, output.in_dim() == width, value, name + ".output", "the value's");
}

void check_tokens(ConstMatrixView x, std::size_t cols, std::size_t out, const std::string& partner,
                  const std::string& where) {
  const std::string shape = "shape " + shape_text(x.rows(), x.cols());
  if (x.cols() != cols) refuse(where, shape + " does not fit " + partner + " " + shape_text(out, cols));
  if (x.rows() == 0) refuse(where, shape + ": there are none");
}

void check_masks(std::size_t num_words, std::size_t num_keys, const AttentionOptions& options,
                 const std::string& name) {
  const KeyMask mask = options.mask;
  if (!mask.empty() && mask.size() != num_keys) {
    refuse(name + ": mask",
           "shape [" + std::to_string(mask.size()) + "] does not fit the keys' [" + std::to_string(num_keys) + "]");
  }
  if (!mask.empty() && std::ranges::all_of(mask, [](std::uint8_t attends) { return attends == 0; })) {
    refuse(name + ": mask", "all " + std::to_string(mask.size()) + " keys are masked");
  }
  if (options.pairs != nullptr) check_pairs(num_words, num_keys, *options.pairs, mask, name + ": pair mask");
}

void check_cache(const KeyValueCache& keys, std::size_t num_heads, std::size_t head_dim, const std::string& name) {
  const std::size_t size = num_heads * keys.num_keys * round_up(head_dim, kWidth);
  const bool is_whole = keys.key.size() == size && keys.value.size() == size && size > 0;
  if (keys.num_heads != num_heads || keys.head_dim != head_dim || !is_whole) {
    refuse(name + ": keys and values", "shape [" + std::to_string(keys.num_heads) + ", " +
                                           std::to_string(keys.num_keys) + ", " + std::to_string(keys.head_dim) +
                                           "] does not fit the layer's [" + std::to_string(num_heads) + ", keys, " +
                                           std::to_string(head_dim) + "]");
  }
}

void check_finite(ConstMatrixView matrix, const std::string& where) {
  const std::string found = find_not_finite(matrix);
  if (!found.empty()) refuse(where, found);
}

}  // namespace attnviz::attention
