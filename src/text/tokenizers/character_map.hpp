// The table of replacements inside a SentencePiece model ("precompiled_charsmap"): a double-array trie of byte strings
// (the format of the Darts-clone library) and their replacements. Files are hostile: every step is checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz::text {

class CharacterMap {
public:
  CharacterMap() = default;  // replaces nothing
  // `blob`: size of the trie in bytes (4 bytes, little endian), the trie, replacements that end in zero bytes. Empty
  // where the sizes do not fit.
  static std::optional<CharacterMap> parse(std::string_view blob);

  struct Match {
    std::size_t length = 0;        // bytes of the text; 0: nothing to replace
    std::string_view replacement;  // any bytes
  };
  Match longest(std::string_view text) const { return find(text, true); }
  Match shortest(std::string_view text) const { return find(text, false); }

private:
  Match find(std::string_view text, bool want_longest) const;

  std::vector<std::uint32_t> units_;
  std::string replacements_;
};

}  // namespace attnviz::text
