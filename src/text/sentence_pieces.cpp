#include "text/sentence_pieces.hpp"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cstdio>
#include <optional>
#include <utility>

namespace attnviz::text {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81", kReplacement = "\xEF\xBF\xBD";  // U+2581, U+FFFD
constexpr float kUnknownPenalty = 10;

struct Span {
  std::size_t begin = 0, end = 0;
};

// By its first byte alone.
std::size_t character_bytes(char first) {
  constexpr std::array<std::uint8_t, 16> kSizes{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4};
  return kSizes[static_cast<unsigned char>(first) >> 4];
}

bool is_in_trie(PieceType type) {
  return type == PieceType::normal || type == PieceType::user_defined || type == PieceType::unused;
}

}  // namespace

// A text as the model wants it; each byte with the bytes of the original that it stands for.
struct SentencePieces::Spelled {
  std::string text;
  std::vector<Span> spans;

  void append(std::string_view bytes, Span span) {
    text += bytes;
    spans.resize(text.size(), span);
  }
};

SentencePieces::SentencePieces(SentencePieceModel model) : model_(std::move(model)) {
  float lowest = FLT_MAX;
  highest_score_ = FLT_MIN;  // sic
  for (std::uint32_t id = 0; id < model_.types.size(); ++id) {
    const std::string_view piece = model_.pieces.text(id);
    if (is_in_trie(model_.types[id])) trie_.insert(piece, id);
    if (model_.types[id] == PieceType::user_defined) user_defined_.insert(piece, id);
    if (model_.types[id] != PieceType::normal) continue;
    lowest = std::min(lowest, model_.scores[id]);
    highest_score_ = std::max(highest_score_, model_.scores[id]);
  }
  unknown_score_ = lowest - kUnknownPenalty;
}

SentencePieces::Spelled SentencePieces::respell(const TracedText& text) const {
  Spelled from, to;
  std::string character;
  for (const TracedCharacter& traced : text) {
    character.clear();
    append_utf8(traced.character, character);
    from.append(character, {traced.byte_begin, traced.byte_end});
  }
  bool after_space = model_.merges_spaces;
  for (std::size_t at = 0; at < from.text.size();) {
    const std::string_view rest = std::string_view(from.text).substr(at);
    Respelling part{user_defined_.longest_prefix(rest), {}};
    part.with = rest.substr(0, part.length);
    if (part.length == 0) {
      const std::size_t whole = std::min(character_bytes(rest[0]), rest.size());
      const bool is_inside = (static_cast<unsigned char>(rest[0]) & 0xC0U) == 0x80;
      part = model_.respellings.find(rest).value_or(is_inside ? Respelling{1, kReplacement}
                                                              : Respelling{whole, rest.substr(0, whole)});
    }
    while (after_space && part.with.starts_with(' ')) part.with.remove_prefix(1);
    const Span span{from.spans[at].begin, from.spans[at + part.length - 1].end};
    for (const char& byte : part.with) {
      const bool escapes = byte == ' ' && model_.escapes_spaces;
      to.append(escapes ? kSpace : std::string_view(&byte, 1), span);
    }
    if (!part.with.empty()) after_space = model_.merges_spaces && part.with.ends_with(' ');
    at += part.length;
  }
  const std::string_view space = model_.escapes_spaces ? kSpace : " ";
  while (model_.merges_spaces && to.text.ends_with(space)) to.text.resize(to.text.size() - space.size());
  return to;
}

// Where the pieces of the best cut end, in ascending order.
std::vector<std::size_t> SentencePieces::best_ends(std::string_view text) const {
  struct Best {
    float score = 0;
    std::optional<std::size_t> begin;  // of the last piece
  };
  std::vector<Best> best(text.size() + 1);                                      // by where the last piece ends
  const auto offer = [&best](std::size_t begin, std::size_t end, auto score) {  // float or double, as in the original
    if (best[end].begin && !(score > best[end].score)) return;
    best[end] = {static_cast<float>(score), begin};
  };
  for (std::size_t begin = 0, character = 0; begin < text.size(); begin += character) {
    character = std::min(character_bytes(text[begin]), text.size() - begin);
    bool has_character = false;
    std::optional<std::uint32_t> node = Trie::kRoot;
    for (std::size_t end = begin; end < text.size() && (node = trie_.step(*node, text[end]));) {
      ++end;
      const auto id = trie_.value(*node);
      if (!id || model_.types[*id] == PieceType::unused) continue;
      const double score = model_.types[*id] == PieceType::user_defined
                               ? static_cast<double>(static_cast<float>(end - begin) * highest_score_) - 0.1
                               : static_cast<double>(model_.scores[*id]);
      offer(begin, end, score + static_cast<double>(best[begin].score));
      has_character = has_character || end - begin == character;
    }
    if (!has_character) offer(begin, begin + character, unknown_score_ + best[begin].score);
  }
  std::vector<std::size_t> ends;
  for (std::size_t end = text.size(); end > 0; end = *best[end].begin) ends.push_back(end);
  std::ranges::reverse(ends);
  return ends;
}

// Neighbours that are unknown are one; or else each byte is a piece.
void SentencePieces::append_unknown(SentencePiece piece, bool after_unknown, std::vector<SentencePiece>& out) const {
  if (model_.spells_unknown_in_bytes) {
    for (const char byte : piece.text) {
      std::array<char, 8> name{};
      std::snprintf(name.data(), name.size(), "<0x%02X>", static_cast<unsigned>(static_cast<unsigned char>(byte)));
      const std::uint32_t id = model_.pieces.find(name.data()).value_or(model_.unknown);
      out.push_back({name.data(), id, piece.byte_begin, piece.byte_end});
    }
  } else if (after_unknown) {
    out.back().text += piece.text;
    out.back().byte_end = piece.byte_end;
  } else {
    out.push_back(std::move(piece));
  }
}

std::vector<SentencePiece> SentencePieces::encode(const TracedText& text) const {
  const Spelled spelled = respell(text);
  std::vector<SentencePiece> out;
  std::size_t begin = 0;
  bool after_unknown = false;
  for (const std::size_t end : best_ends(spelled.text)) {
    SentencePiece piece{spelled.text.substr(begin, end - begin), 0, spelled.spans[begin].begin,
                        spelled.spans[end - 1].end};
    const auto id = model_.pieces.find(piece.text);
    const bool is_known = id && is_in_trie(model_.types[*id]) && model_.types[*id] != PieceType::unused;
    piece.id = is_known ? *id : model_.unknown;
    if (is_known) {
      out.push_back(std::move(piece));
    } else {
      append_unknown(std::move(piece), after_unknown, out);
    }
    after_unknown = !is_known;
    begin = end;
  }
  return out;
}

}  // namespace attnviz::text
