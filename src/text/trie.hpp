// A set of byte strings with a number each, walked byte by byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "text/pair_map.hpp"

namespace attnviz::text {

class Trie {
public:
  static constexpr std::uint32_t kRoot = 0;

  // A string that is there already keeps its number. Strings of all inserts together stay below 2^31 bytes.
  void insert(std::string_view text, std::uint32_t value) {
    std::uint32_t node = kRoot;
    for (const char c : text) {
      const auto fresh = static_cast<std::uint32_t>(values_.size());
      const auto child = step(node, c);
      if (!child) {
        edges_.insert(node, static_cast<unsigned char>(c), fresh);
        values_.emplace_back();
      }
      node = child.value_or(fresh);
    }
    if (!values_[node]) values_[node] = value;
  }

  std::optional<std::uint32_t> step(std::uint32_t node, char byte) const {
    return edges_.find(node, static_cast<unsigned char>(byte));
  }
  // Of the string that ends at the node, if one does.
  std::optional<std::uint32_t> value(std::uint32_t node) const { return values_[node]; }

  // Bytes of the longest string that `text` begins with; 0: none.
  std::size_t longest_prefix(std::string_view text) const {
    std::size_t longest = 0;
    std::optional<std::uint32_t> node = kRoot;
    for (std::size_t i = 0; i < text.size() && (node = step(*node, text[i])); ++i) {
      if (values_[*node]) longest = i + 1;
    }
    return longest;
  }

private:
  PairMap edges_;
  std::vector<std::optional<std::uint32_t>> values_{std::nullopt};  // by node
};

}  // namespace attnviz::text
