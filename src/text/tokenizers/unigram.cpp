#include "text/tokenizers/unigram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace attnviz::text {
namespace {

constexpr std::uint32_t kUnreached = std::numeric_limits<std::uint32_t>::max();

struct Node {  // the best path that ends at a byte
  double score = 0;
  Piece last{.begin = kUnreached};
};

std::size_t character_bytes(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

}  // namespace

std::vector<Piece> cut_best(const Unigram& model, const TokenTable& vocabulary, std::string_view utf8) {
  std::vector<Node> nodes(utf8.size() + 1);
  const auto offer = [&](double score, const Piece& piece) {
    if (model.in_single) score = static_cast<double>(static_cast<float>(score));
    Node& node = nodes[piece.end];
    if (node.last.begin != kUnreached && !(score > node.score)) return;
    node = {score, piece};
  };
  for (std::size_t begin = 0; begin < utf8.size();) {
    const double so_far = nodes[begin].score;
    const std::size_t character = std::min(character_bytes(utf8[begin]), utf8.size() - begin);
    bool is_known = false;
    const auto first = static_cast<std::uint32_t>(begin);
    vocabulary.for_each_prefix(utf8.substr(begin), [&](std::size_t length, std::uint32_t id) {
      if (id >= model.scores.size() || std::isnan(model.scores[id])) return;
      offer(so_far + model.scores[id], {id, first, static_cast<std::uint32_t>(begin + length)});
      is_known |= length == character;
    });
    if (!is_known) {
      offer(so_far + model.unknown_score, {0, first, static_cast<std::uint32_t>(begin + character), false});
    }
    begin += character;
  }
  std::vector<Piece> pieces;
  for (std::size_t end = utf8.size(); end > 0; end = pieces.back().begin) pieces.push_back(nodes[end].last);
  std::ranges::reverse(pieces);
  return pieces;
}

void join_unknown(std::vector<Piece>& pieces) {
  std::vector<Piece> joined;
  joined.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    if (!piece.is_known && !joined.empty() && !joined.back().is_known) {
      joined.back().end = piece.end;
    } else {
      joined.push_back(piece);
    }
  }
  pieces = std::move(joined);
}

}  // namespace attnviz::text
