// The Unigram model: the cut into pieces whose scores (logarithms of probabilities) have the highest sum.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "text/tokenizers/token_table.hpp"

namespace attnviz::text {

struct Piece {
  std::uint32_t id = 0;
  std::uint32_t begin = 0, end = 0;  // bytes of the text that was cut
  bool is_known = true;
};

struct Unigram {
  std::vector<double> scores;  // [vocabulary] NaN: never found in text
  double unknown_score = 0;    // of a character that no piece holds alone
  bool in_single = false;      // sums are rounded to float, as SentencePiece does; the tokenizers library does not
};

// `utf8` must be valid. O(bytes x longest piece). Unknown characters are pieces of their own; their id is 0.
std::vector<Piece> cut_best(const Unigram& model, const TokenTable& vocabulary, std::string_view utf8);

// Neighbours that are unknown become one piece.
void join_unknown(std::vector<Piece>& pieces);

}  // namespace attnviz::text
