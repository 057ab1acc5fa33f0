// SentencePiece's table of how to respell characters (NFKC and the like), as its model files store it: the size of a
// double-array trie in 4 bytes, the trie, then replacements that end with a zero byte. All little-endian. Each unit of
// the trie has 32 bits: bits 0..7 and 31 its label, 8 whether a string ends here, 9 whether the offset counts 256s,
// 10..31 the offset of its children; the unit of a string's end holds its value in bits 0..30.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz::text {

struct Respelling {
  std::size_t length = 0;  // bytes of the text that it replaces
  std::string_view with;   // lives as long as the map
};

class CharacterMap {
public:
  CharacterMap() = default;  // changes nothing
  // Empty: the blob is broken. A trie that is wrong inside finds nothing, or nonsense that is inside the blob.
  static std::optional<CharacterMap> parse(std::string_view blob);

  // The longest string of the map that `text` begins with.
  std::optional<Respelling> find(std::string_view text) const;

private:
  std::vector<std::uint32_t> units_;
  std::string replacements_;
};

}  // namespace attnviz::text
