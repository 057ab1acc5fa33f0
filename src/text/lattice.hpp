// All ways to read an instruction as words, and the choice among them. The one place that knows the rule:
//
//   Candidates are ICU's pieces, vocabulary keys (over several pieces, so "pick up" and "t-shirt" are one word; and
//   inside pieces written without spaces), and what a key leaves over of such a piece. Latin words are never torn.
//   Chosen is the reading with the lowest penalty (2 for each unknown word, 1 for each one-character key cut out of
//   a longer ICU word), then the fewest words, then the longest word first. So
//     拿起|红色|杯子        keys join what ICU splits and split what ICU joins: 玻璃杯|子 with the key 杯子 ->
//     玻璃|杯子 削皮刀, 黄瓜          stay whole where the vocabulary holds only 刀, or only 黄 and 瓜
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "attnviz/core/vocabulary.hpp"
#include "attnviz/core/words.hpp"
#include "text/normalised.hpp"
#include "text/pieces.hpp"

namespace attnviz::text {

// Borrows the vocabulary.
class Lattice {
public:
  Lattice(NormalisedText text, const Vocabulary& vocabulary);

  const NormalisedText& text() const { return text_; }
  // May a word begin or end at this cut without tearing a word that is written between spaces?
  bool is_node(std::size_t cut) const { return is_node_[cut]; }

  // The chosen words as pairs of cut indices, in order. Spaces and punctuation are left out.
  std::vector<std::pair<std::size_t, std::size_t>> best_words() const;

  // The word between two cuts with its tokens; `original` is the text that the lattice was made from.
  Word make_word(std::string_view original, std::size_t begin, std::size_t end) const;

private:
  struct Step;

  const TextPiece& piece_at(std::size_t cut) const { return pieces_[piece_of_[cut]]; }
  std::size_t last_key_end(std::size_t begin) const;
  void try_piece_and_remains(std::size_t begin, std::vector<Step>& steps) const;
  void try_keys(std::size_t begin, std::vector<Step>& steps) const;
  std::vector<Token> tokens_inside(std::size_t begin, std::size_t end) const;

  NormalisedText text_;
  const Vocabulary& vocabulary_;
  std::vector<TextPiece> pieces_;
  std::vector<std::size_t> piece_of_;  // [cuts - 1] the piece that a cut begins or lies in
  std::vector<bool> is_node_;          // [cuts]
};

}  // namespace attnviz::text
