#include "text/tokenizers/clip_tokenizer.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <utility>

#include "text/tokenizers/byte_pairs.hpp"
#include "text/tokenizers/characters.hpp"

namespace attnviz::text {
namespace {

constexpr std::string_view kWordEnd = "</w>";
constexpr std::uint32_t kUnknownByte = 0xFFFFFFFF;

// Byte-level vocabularies spell every byte as a visible character: Latin-1's own where it has one, the others, in
// order, from U+0100 on.
std::array<char32_t, 256> visible_bytes() {
  std::array<char32_t, 256> out{};
  char32_t next = 0x100;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool is_visible = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD);
    out[byte] = is_visible ? byte : next++;
  }
  return out;
}

enum class Kind { space, letter, number, other };

Kind kind_of(char32_t code) {
  const auto c = static_cast<UChar32>(code);
  if (u_isUWhiteSpace(c)) return Kind::space;
  const std::uint32_t category = U_GET_GC_MASK(c);
  if ((category & U_GC_L_MASK) != 0) return Kind::letter;
  return (category & U_GC_N_MASK) != 0 ? Kind::number : Kind::other;
}

// Length of 's 't 're 've 'm 'll 'd at `begin`; 0 where there is none.
std::size_t contraction_at(const Characters& text, std::size_t begin) {
  if (text[begin].code != U'\'') return 0;
  const auto letter = [&](std::size_t i) { return begin + i < text.size() ? text[begin + i].code : U' '; };
  const char32_t first = letter(1), second = letter(2);
  if (first == U's' || first == U't' || first == U'm' || first == U'd') return 2;
  const bool is_pair =
      (first == U'r' && second == U'e') || (first == U'v' && second == U'e') || (first == U'l' && second == U'l');
  return is_pair ? 3 : 0;
}

// Where the word that begins at `begin`, no space, ends: a contraction, a run of letters, one digit, a run of others.
std::size_t word_end(const Characters& text, std::size_t begin) {
  if (const std::size_t length = contraction_at(text, begin)) return begin + length;
  const Kind kind = kind_of(text[begin].code);
  std::size_t end = begin + 1;
  while (kind != Kind::number && end < text.size() && kind_of(text[end].code) == kind) ++end;
  return end;
}

class ClipTokenizer final : public VocabularyTokenizer {
public:
  ClipTokenizer(TokenTable table, MergeTable merges, SpecialTokens special)
      : VocabularyTokenizer(std::move(table), std::move(special)), merges_(std::move(merges)) {
    const std::array<char32_t, 256> visible = visible_bytes();
    for (std::size_t byte = 0; byte < 256; ++byte) {
      std::string spelling;
      append_utf8(spelling, visible[byte]);
      byte_ids_[byte] = vocabulary().find(spelling).value_or(kUnknownByte);
      last_byte_ids_[byte] = vocabulary().find(spelling.append(kWordEnd)).value_or(kUnknownByte);
    }
  }

private:
  void encode_text(std::string_view utf8, std::vector<EncodedToken>& tokens) const override {
    const Characters text = lower_case(normalised(characters_of(utf8), NormalForm::nfc));
    for (std::size_t begin = 0; begin < text.size();) {
      if (kind_of(text[begin].code) == Kind::space) {
        ++begin;
        continue;
      }
      const std::size_t end = word_end(text, begin);
      append_word({text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end)},
                  tokens);
      begin = end;
    }
  }

  void append_word(const Characters& word, std::vector<EncodedToken>& tokens) const {
    const SpelledText spelled(word);
    const std::size_t size = spelled.utf8.size();
    std::vector<Symbol> symbols;
    symbols.reserve(size);
    for (std::uint32_t i = 0; i < size; ++i) {
      const auto byte = static_cast<unsigned char>(spelled.utf8[i]);
      const std::uint32_t id = i + 1 < size ? byte_ids_[byte] : last_byte_ids_[byte];
      symbols.push_back({id, i, i + 1, id != kUnknownByte});
    }
    const auto find_join = [&](const Symbol& left, const Symbol& right) -> std::optional<Join<std::uint32_t>> {
      const auto merge = merges_.find(left.id, right.id);
      return merge ? std::optional(Join<std::uint32_t>{merge->rank, merge->id}) : std::nullopt;
    };
    for (const Symbol& symbol : join_pairs<std::uint32_t>(std::move(symbols), find_join)) {
      const SpelledText::Span span = spelled.original(symbol.begin, symbol.end);
      append(tokens, symbol.can_join ? symbol.id : unknown().value_or(0), span.begin, span.end);
    }
  }

  MergeTable merges_;
  std::array<std::uint32_t, 256> byte_ids_{}, last_byte_ids_{};
};

}  // namespace

std::unique_ptr<Tokenizer> make_clip_tokenizer(TokenTable vocabulary, MergeTable merges, SpecialTokens special) {
  return std::make_unique<ClipTokenizer>(std::move(vocabulary), std::move(merges), std::move(special));
}

}  // namespace attnviz::text
