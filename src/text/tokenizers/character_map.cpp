#include "text/tokenizers/character_map.hpp"

#include <bit>
#include <cstring>

namespace attnviz::text {
namespace {

// NFKC's longest replacement has 33 bytes; a file must not blow texts up.
constexpr std::size_t kMaxReplacementBytes = 64;

static_assert(std::endian::native == std::endian::little, "units are read as they lie in the file");

// A unit of the trie: bit 31 marks a value, bits 0 to 7 are the byte that leads here, bit 8 says whether a value hangs
// below, bit 9 that the offset counts in 256s, bits 10 to 30 are the offset.
bool has_value(std::uint32_t unit) { return ((unit >> 8) & 1) != 0; }
std::uint32_t value(std::uint32_t unit) { return unit & 0x7FFFFFFF; }
std::uint32_t label(std::uint32_t unit) { return unit & 0x800000FF; }
std::uint32_t offset(std::uint32_t unit) { return (unit >> 10) << ((unit & 0x200) >> 6); }

}  // namespace

std::optional<CharacterMap> CharacterMap::parse(std::string_view blob) {
  CharacterMap map;
  std::uint32_t trie_bytes = 0;
  if (blob.size() <= sizeof trie_bytes) return std::nullopt;
  std::memcpy(&trie_bytes, blob.data(), sizeof trie_bytes);
  blob.remove_prefix(sizeof trie_bytes);
  if (trie_bytes >= blob.size() || trie_bytes % 4 != 0 || trie_bytes == 0) return std::nullopt;
  map.units_.resize(trie_bytes / 4);
  std::memcpy(map.units_.data(), blob.data(), trie_bytes);
  map.replacements_ = blob.substr(trie_bytes);
  return map;
}

CharacterMap::Match CharacterMap::find(std::string_view text, bool want_longest) const {
  Match best;
  if (units_.empty()) return best;
  std::size_t at = offset(units_[0]);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    at ^= byte;
    if (at >= units_.size() || label(units_[at]) != byte) break;
    const bool ends_here = has_value(units_[at]);
    at ^= offset(units_[at]);
    if (!ends_here) continue;
    if (at >= units_.size() || value(units_[at]) > replacements_.size()) break;
    const std::string_view rest = std::string_view(replacements_).substr(value(units_[at]), kMaxReplacementBytes);
    best = {i + 1, rest.substr(0, rest.find('\0'))};
    if (!want_longest) break;
  }
  return best;
}

}  // namespace attnviz::text
