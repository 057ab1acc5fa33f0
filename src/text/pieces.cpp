#include "text/pieces.hpp"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>

#include "text/icu.hpp"

namespace attnviz::text {
namespace {

constexpr UChar32 kEmojiSelector = 0xFE0F;  // asks for the coloured form of the character before it

struct CloseText {
  void operator()(UText* text) const { utext_close(text); }
};

// ICU counts no emoji among the words; a person who writes "put the 🍎 into the basket" does.
bool holds_emoji(std::string_view text) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto length = static_cast<std::int64_t>(text.size());
  UChar32 previous = 0;
  for (std::int64_t next = 0; next < length;) {
    UChar32 character = 0;
    U8_NEXT_OR_FFFD(data, next, length, character);
    if (u_hasBinaryProperty(character, UCHAR_EMOJI_PRESENTATION)) return true;
    if (character == kEmojiSelector && u_hasBinaryProperty(previous, UCHAR_EMOJI)) return true;
    previous = character;
  }
  return false;
}

}  // namespace

std::vector<TextPiece> find_pieces(const NormalisedText& text) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
  check_icu(status);
  const std::unique_ptr<UText, CloseText> utext(
      utext_openUTF8(nullptr, text.text.data(), static_cast<std::int64_t>(text.text.size()), &status));
  breaks->setText(utext.get(), status);
  check_icu(status);

  std::vector<TextPiece> pieces;
  TextPiece piece;
  for (auto end = breaks->next(); end != icu::BreakIterator::DONE; end = breaks->next()) {
    const int kind = breaks->getRuleStatus();
    piece.is_word |= kind >= UBRK_WORD_NONE_LIMIT;
    piece.is_divisible |= kind >= UBRK_WORD_KANA;
    const auto cut = text.cut_at(static_cast<std::size_t>(end));
    if (!cut) continue;
    piece.end = *cut;
    piece.is_word |= holds_emoji(text.between(piece.begin, piece.end));
    pieces.push_back(piece);
    piece = {.begin = piece.end};
  }
  return pieces;
}

}  // namespace attnviz::text
