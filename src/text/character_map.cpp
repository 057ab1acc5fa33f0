#include "text/character_map.hpp"

namespace attnviz::text {
namespace {

constexpr std::size_t kLongestReplacement = 256;  // bytes; Unicode's own need 33

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return number;
}

std::uint32_t offset_of(std::uint32_t unit) { return (unit >> 10) << ((unit & 0x200U) >> 6); }

}  // namespace

std::optional<CharacterMap> CharacterMap::parse(std::string_view blob) {
  if (blob.size() < 8) return std::nullopt;
  const std::size_t trie_bytes = number_at(blob, 0);
  blob.remove_prefix(4);
  if (trie_bytes < 4 || trie_bytes % 4 != 0 || trie_bytes >= blob.size() || blob.back() != 0) return std::nullopt;
  CharacterMap map;
  map.units_.reserve(trie_bytes / 4);
  for (std::size_t at = 0; at < trie_bytes; at += 4) map.units_.push_back(number_at(blob, at));
  map.replacements_ = blob.substr(trie_bytes);
  return map;
}

std::optional<Respelling> CharacterMap::find(std::string_view text) const {
  if (units_.empty()) return std::nullopt;
  std::optional<Respelling> longest;
  std::size_t node = offset_of(units_[0]);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    node ^= byte;
    if (node >= units_.size()) break;
    const std::uint32_t unit = units_[node];
    if ((unit & 0x800000FFU) != byte) break;
    node ^= offset_of(unit);
    if ((unit & 0x100U) == 0 || node >= units_.size()) continue;
    const std::size_t value = units_[node] & 0x7FFFFFFFU;
    if (value >= replacements_.size()) continue;
    const std::string_view with = std::string_view(replacements_).substr(value, kLongestReplacement);
    longest = {i + 1, with.substr(0, with.find('\0'))};
  }
  return longest;
}

}  // namespace attnviz::text
