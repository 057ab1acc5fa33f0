#include "text/lattice.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <tuple>

#include "text/lookup.hpp"

namespace attnviz::text {
namespace {

// Longer keys are not looked for. Bounds the work on any vocabulary and any instruction.
constexpr std::size_t kMaxKeyBytes = 128;

constexpr std::size_t kUnknownPenalty = 2;
constexpr std::size_t kTornPenalty = 1;

constexpr const char* kUnknownToken = "[UNK]";

struct Cost {
  std::size_t penalty = 0, words = 0;

  bool operator==(const Cost&) const = default;
  bool operator<(const Cost& other) const { return std::tie(penalty, words) < std::tie(other.penalty, other.words); }
  Cost operator+(const Cost& other) const { return {penalty + other.penalty, words + other.words}; }
};

}  // namespace

// The best way from one cut to the end of the text.
struct Lattice::Step {
  Cost cost{std::numeric_limits<std::size_t>::max(), 0};
  std::size_t next = 0;
  bool is_word = false;

  // On a tie the longer step wins: the longest word first.
  void offer(Cost offered, std::size_t end, bool word) {
    if (offered < cost || (offered == cost && end > next)) *this = {offered, end, word};
  }
};

Lattice::Lattice(NormalisedText text, const Vocabulary& vocabulary)
    : text_(std::move(text)),
      vocabulary_(vocabulary),
      pieces_(find_pieces(text_)),
      piece_of_(text_.cuts.size() - 1),
      is_node_(text_.cuts.size(), false) {
  is_node_.back() = true;
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    for (std::size_t cut = pieces_[p].begin; cut < pieces_[p].end; ++cut) {
      piece_of_[cut] = p;
      is_node_[cut] = cut == pieces_[p].begin || pieces_[p].is_divisible;
    }
  }
}

// The last cut that a key which begins at `begin` may reach.
std::size_t Lattice::last_key_end(std::size_t begin) const {
  // An ending that look_up takes away may make the surface longer than the key.
  constexpr std::size_t kLongestEnding = 4;
  const std::size_t longest = std::min(vocabulary_.longest_key_bytes, kMaxKeyBytes) + kLongestEnding;
  const auto past = std::ranges::upper_bound(text_.cuts, text_.cuts[begin].normalised + longest, {}, &Cut::normalised);
  return static_cast<std::size_t>(past - text_.cuts.begin()) - 1;
}

void Lattice::try_piece_and_remains(std::size_t begin, std::vector<Step>& steps) const {
  const TextPiece& piece = piece_at(begin);
  const Cost word_cost{kUnknownPenalty, 1};
  for (std::size_t end = piece.is_divisible ? begin + 1 : piece.end; end <= piece.end; ++end) {
    const Cost cost = piece.is_word ? word_cost : Cost{};
    steps[begin].offer(cost + steps[end].cost, end, piece.is_word);
  }
}

void Lattice::try_keys(std::size_t begin, std::vector<Step>& steps) const {
  if (!piece_at(begin).is_word) return;
  const TextPiece& piece = piece_at(begin);
  const std::size_t last = last_key_end(begin);
  for (std::size_t end = begin + 1; end <= last; ++end) {
    if (!is_node_[end] || !piece_at(end - 1).is_word || !look_up(vocabulary_, text_.between(begin, end))) continue;
    const bool is_torn = end == begin + 1 && (piece.begin != begin || piece.end != end);
    steps[begin].offer(Cost{is_torn ? kTornPenalty : 0, 1} + steps[end].cost, end, true);
  }
}

std::vector<std::pair<std::size_t, std::size_t>> Lattice::best_words() const {
  std::vector<Step> steps(text_.cuts.size());
  steps.back().cost = {};
  for (std::size_t cut = piece_of_.size(); cut-- > 0;) {
    if (!is_node_[cut]) continue;
    try_piece_and_remains(cut, steps);
    try_keys(cut, steps);
  }
  std::vector<std::pair<std::size_t, std::size_t>> words;
  for (std::size_t cut = 0; cut < piece_of_.size(); cut = steps[cut].next) {
    if (steps[cut].is_word) words.emplace_back(cut, steps[cut].next);
  }
  return words;
}

Word Lattice::make_word(std::string_view original, std::size_t begin, std::size_t end) const {
  Word word;
  word.byte_begin = text_.cuts[begin].original;
  word.byte_end = text_.cuts[end].original;
  word.text = original.substr(word.byte_begin, word.byte_end - word.byte_begin);
  Match whole = look_up(vocabulary_, text_.between(begin, end));
  if (!whole) {
    word.tokens = tokens_inside(begin, end);
    return word;
  }
  word.tokens.push_back({std::move(whole.key), whole.entry->row});
  word.known = whole.is_exact;
  if (whole.is_exact) word.kind = whole.entry->kind;
  return word;
}

// An unknown word from left to right: the longest key that begins here, else one unknown token for all up to the
// next key. Never empty.
std::vector<Token> Lattice::tokens_inside(std::size_t begin, std::size_t end) const {
  std::vector<Token> tokens;
  bool in_unknown = false;
  for (std::size_t cut = begin; cut < end;) {
    std::size_t next = std::min(cut + 1, end);
    Match found;
    for (std::size_t stop = std::min(last_key_end(cut), end); stop > cut && !found; --stop) {
      if (!is_node_[cut] || !is_node_[stop]) continue;
      found = look_up(vocabulary_, text_.between(cut, stop));
      if (found) next = stop;
    }
    if (found) {
      tokens.push_back({std::move(found.key), found.entry->row});
      in_unknown = false;
    } else if (piece_at(cut).is_word && !std::exchange(in_unknown, true)) {
      tokens.push_back({kUnknownToken, Vocabulary::kUnknownRow});
    }
    cut = next;
  }
  if (tokens.empty()) tokens.push_back({kUnknownToken, Vocabulary::kUnknownRow});
  return tokens;
}

}  // namespace attnviz::text
