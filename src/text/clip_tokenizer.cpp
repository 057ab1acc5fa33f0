#include "text/clip_tokenizer.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "text/traced.hpp"

namespace attnviz::text {
namespace {

using Word = std::span<const TracedCharacter>;

// Vocabularies spell each byte as one printable character: itself, or the next of those from U+0100 on.
std::array<std::string, 256> byte_spellings() {
  std::array<std::string, 256> spellings;
  char32_t next = 0x100;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool is_printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
    append_utf8(is_printable ? byte : next++, spellings[byte]);
  }
  return spellings;
}

enum class Kind { space, letter, number, other };

Kind kind_of(char32_t character) {
  const auto code = static_cast<UChar32>(character);
  if (u_isUWhiteSpace(code)) return Kind::space;
  const auto category = U_GET_GC_MASK(code);
  if ((category & U_GC_L_MASK) != 0) return Kind::letter;
  return (category & U_GC_N_MASK) != 0 ? Kind::number : Kind::other;
}

// The length of 's, 't, 're, 've, 'm, 'll or 'd at the front; 0: none is there.
std::size_t contraction_length(Word text) {
  for (const std::u32string_view contraction : {U"'s", U"'t", U"'re", U"'ve", U"'m", U"'ll", U"'d"}) {
    if (contraction.size() <= text.size() &&
        std::ranges::equal(contraction, text.first(contraction.size()), {}, {}, &TracedCharacter::character)) {
      return contraction.size();
    }
  }
  return 0;
}

// `text` is not empty and does not begin with white space: runs of letters, single digits, runs of anything else.
std::size_t word_length(Word text) {
  if (const std::size_t length = contraction_length(text)) return length;
  const Kind kind = kind_of(text.front().character);
  if (kind == Kind::number) return 1;
  std::size_t length = 1;
  while (length < text.size() && kind_of(text[length].character) == kind) ++length;
  return length;
}

class ClipTokenizer : public TableTokenizer {
public:
  explicit ClipTokenizer(ClipVocabulary vocabulary)
      : TableTokenizer(std::move(vocabulary.tokens)),
        merges_(std::move(vocabulary.merges)),
        begin_(vocabulary.begin),
        end_(vocabulary.end) {
    const std::array<std::string, 256> spellings = byte_spellings();
    for (std::size_t byte = 0; byte < spellings.size(); ++byte) {
      inside_[byte] = find_or_unknown(spellings[byte]);
      last_[byte] = find_or_unknown(std::string(spellings[byte]).append(kEndOfWord));
    }
  }

  std::vector<EncodedToken> encode(std::string_view text) const override {
    const TracedText characters = lower_case(compose(trace(text)));
    std::vector<EncodedToken> tokens{token(begin_)};
    for (Word rest = characters; !rest.empty();) {
      if (kind_of(rest.front().character) == Kind::space) {
        rest = rest.subspan(1);
        continue;
      }
      const std::size_t length = word_length(rest);
      for (const Symbol& symbol : merges_.merge(symbols_of(rest.first(length)))) {
        tokens.push_back(token(symbol.id, symbol.byte_begin, symbol.byte_end));
      }
      rest = rest.subspan(length);
    }
    tokens.push_back(token(end_));
    return tokens;
  }

private:
  std::optional<std::uint32_t> find_or_unknown(const std::string& piece) const {
    const auto id = table().find(piece);
    return id ? id : unknown();
  }

  // One for each byte.
  std::vector<Symbol> symbols_of(Word word) const {
    std::vector<Symbol> symbols;
    std::string bytes;
    for (std::size_t i = 0; i < word.size(); ++i) {
      bytes.clear();
      append_utf8(word[i].character, bytes);
      for (std::size_t b = 0; b < bytes.size(); ++b) {
        const bool is_last = i + 1 == word.size() && b + 1 == bytes.size();
        const auto id = (is_last ? last_ : inside_)[static_cast<unsigned char>(bytes[b])];
        if (id) symbols.push_back({*id, word[i].byte_begin, word[i].byte_end});
      }
    }
    return symbols;
  }

  BytePairs merges_;
  std::uint32_t begin_, end_;
  std::array<std::optional<std::uint32_t>, 256> inside_, last_;  // ids of single bytes
};

}  // namespace

std::unique_ptr<Tokenizer> make_clip_tokenizer(ClipVocabulary vocabulary) {
  return std::make_unique<ClipTokenizer>(std::move(vocabulary));
}

}  // namespace attnviz::text
