// An instruction in the spelling of vocabulary keys, with the way back to the bytes that the user wrote.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnviz::text {

// A place where both the original and the normalised text may be cut: never inside a character, never between a
// character and the accents that follow it, never inside what normalisation made of one character ("½" -> "1⁄2").
struct Cut {
  std::size_t original = 0, normalised = 0;  // byte offsets
};

struct NormalisedText {
  std::string text;       // NFKC, lower case; each run of white space is one ' '
  std::vector<Cut> cuts;  // ascending in both members; from {0, 0} to {original size, text.size()}

  // The text between two cuts, given by their indices.
  std::string between(std::size_t begin, std::size_t end) const {
    return text.substr(cuts[begin].normalised, cuts[end].normalised - cuts[begin].normalised);
  }
  // The index of the cut at a byte of `text`; empty where there is none.
  std::optional<std::size_t> cut_at(std::size_t normalised) const;
};

// `utf8` must be valid.
NormalisedText normalise_with_cuts(std::string_view utf8);

}  // namespace attnviz::text
