#include "text/tokenizers/sentence_pieces.hpp"

#include <algorithm>
#include <cfloat>
#include <cstdio>
#include <limits>
#include <utility>

#include "text/tokenizers/byte_pairs.hpp"

namespace attnviz::text {
namespace {

using Kind = SentencePieceModel::Kind;

constexpr char32_t kSpaceSign = U'\u2581';  // ▁
constexpr float kUnknownPenalty = 10;
constexpr double kUserDefinedBonus = 0.1;  // a byte, so that they are always taken (SentencePiece 0.2.3)

Unigram unigram_of(const SentencePieceModel& model, const TokenTable& vocabulary) {
  float lowest = FLT_MAX;
  for (std::size_t id = 0; id < model.scores.size(); ++id) {
    if (model.kinds[id] == Kind::normal) lowest = std::min(lowest, model.scores[id]);
  }
  Unigram out{.scores = std::vector<double>(model.scores.size(), std::numeric_limits<double>::quiet_NaN()),
              .unknown_score = static_cast<double>(lowest - kUnknownPenalty),
              .in_single = true};
  for (std::size_t id = 0; id < model.scores.size(); ++id) {
    if (model.kinds[id] == Kind::normal) out.scores[id] = static_cast<double>(model.scores[id]);
    if (model.kinds[id] == Kind::user_defined) {
      const auto length = static_cast<double>(vocabulary.text(id).size());
      out.scores[id] = static_cast<double>(static_cast<float>(kUserDefinedBonus * (length - 1)));
    }
  }
  return out;
}

std::size_t character_end(std::string_view utf8, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < utf8.size() && (static_cast<unsigned char>(utf8[end]) & 0xC0) == 0x80) ++end;
  return end;
}

}  // namespace

SentencePieces::SentencePieces(SentencePieceModel model, const TokenTable& vocabulary)
    : model_(std::move(model)), vocabulary_(vocabulary), unigram_(unigram_of(model_, vocabulary)) {
  for (std::size_t id = 0; id < model_.kinds.size(); ++id) {
    if (model_.kinds[id] == Kind::unknown) unknown_id_ = static_cast<std::uint32_t>(id);
    if (model_.kinds[id] == Kind::user_defined) user_defined_.add(vocabulary.text(id), id);
  }
  for (unsigned byte = 0; byte < 256 && model_.byte_fallback; ++byte) {
    char name[8];
    std::snprintf(name, sizeof name, "<0x%02X>", byte);
    byte_ids_[byte] = vocabulary.find(name).value_or(unknown_id_);
  }
}

std::size_t SentencePieces::user_defined_length(std::string_view utf8) const {
  std::size_t longest = 0;
  user_defined_.for_each_prefix(utf8, [&](std::size_t length, std::uint32_t) { longest = length; });
  return longest;
}

bool SentencePieces::is_found(std::uint32_t id) const {
  return model_.kinds[id] == Kind::normal || model_.kinds[id] == Kind::user_defined;
}

// Symbols of the user stay as they are.
Characters SentencePieces::replaced(const Characters& text) const {
  const SpelledText spelled(text);
  const std::string_view utf8 = spelled.utf8;
  Characters out;
  out.reserve(text.size());
  for (std::size_t begin = 0; begin < utf8.size();) {
    std::size_t length = user_defined_length(utf8.substr(begin));
    std::string_view becomes = utf8.substr(begin, length);
    if (length == 0) {
      const CharacterMap::Match match = model_.replacements.longest(utf8.substr(begin));
      const std::size_t end = begin + match.length;
      const bool cuts_character = end < utf8.size() && (static_cast<unsigned char>(utf8[end]) & 0xC0) == 0x80;
      const bool is_replaced = match.length > 0 && !cuts_character;
      length = is_replaced ? match.length : character_end(utf8, begin) - begin;
      becomes = is_replaced ? match.replacement : utf8.substr(begin, length);
    }
    const bool is_same = becomes == utf8.substr(begin, length);
    const SpelledText::Span span = spelled.original(begin, begin + length);
    std::size_t index = spelled.character_at[begin];
    for (Character c : characters_of(becomes)) {
      c.begin = is_same ? text[index].begin : static_cast<std::uint32_t>(span.begin);
      c.end = is_same ? text[index++].end : static_cast<std::uint32_t>(span.end);
      out.push_back(c);
    }
    begin += length;
  }
  return out;
}

Characters SentencePieces::normalised(const Characters& text) const {
  const char32_t space = model_.escape_whitespaces ? kSpaceSign : U' ';
  const Characters given = replaced(text);
  Characters out;
  out.reserve(given.size() + 1);
  bool after_space = model_.remove_extra_whitespaces;
  for (const Character& c : given) {
    const bool is_space = c.code == U' ';
    if (is_space && after_space) continue;
    if (out.empty() && model_.add_dummy_prefix) out.push_back({space, c.begin, c.begin});
    out.push_back({is_space ? space : c.code, c.begin, c.end});
    after_space = is_space && model_.remove_extra_whitespaces;
  }
  while (model_.remove_extra_whitespaces && !out.empty() && out.back().code == space) out.pop_back();
  return out;
}

std::vector<Piece> SentencePieces::cut_by_pairs(std::string_view utf8) const {
  std::vector<Symbol> symbols;
  for (std::size_t begin = 0; begin < utf8.size();) {
    const std::size_t length = user_defined_length(utf8.substr(begin));
    const std::size_t end = length > 0 ? begin + length : character_end(utf8, begin);
    symbols.push_back({0, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), length == 0});
    begin = end;
  }
  const auto find_join = [&](const Symbol& left, const Symbol& right) -> std::optional<Join<float>> {
    const auto id = vocabulary_.find(utf8.substr(left.begin, right.end - left.begin));
    if (!id || !is_found(*id)) return std::nullopt;
    return Join<float>{-model_.scores[*id], *id};
  };
  std::vector<Piece> pieces;
  for (const Symbol& symbol : join_pairs<float>(std::move(symbols), find_join)) {
    const auto id = vocabulary_.find(utf8.substr(symbol.begin, symbol.end - symbol.begin));
    const bool is_known = id && is_found(*id);
    pieces.push_back({is_known ? *id : 0, symbol.begin, symbol.end, is_known});
  }
  return pieces;
}

std::vector<Piece> SentencePieces::spell_unknown(std::vector<Piece> pieces, std::string_view utf8) const {
  if (!model_.byte_fallback) {
    join_unknown(pieces);
    for (Piece& piece : pieces) piece.id = piece.is_known ? piece.id : unknown_id_;
    return pieces;
  }
  std::vector<Piece> out;
  out.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    if (piece.is_known) out.push_back(piece);
    for (std::uint32_t at = piece.begin; at < piece.end && !piece.is_known; ++at) {
      out.push_back({byte_ids_[static_cast<unsigned char>(utf8[at])], at, at + 1});
    }
  }
  return out;
}

std::vector<Piece> SentencePieces::cut(std::string_view utf8) const {
  return spell_unknown(model_.is_bpe ? cut_by_pairs(utf8) : cut_best(unigram_, vocabulary_, utf8), utf8);
}

}  // namespace attnviz::text
