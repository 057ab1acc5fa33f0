#include "text/bert_tokenizer.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "text/traced.hpp"

namespace attnviz::text {
namespace {

using Word = std::span<const TracedCharacter>;

// The original's tables of categories are those of Unicode 8.
bool is_category(UChar32 code, std::uint32_t mask) {
  if ((U_GET_GC_MASK(code) & mask) == 0) return false;
  UVersionInfo since{};
  u_charAge(code, since);
  return since[0] <= 8;
}

bool is_removed(char32_t character) {
  if (character == '\t' || character == '\n' || character == '\r') return false;
  return character == 0 || character == 0xFFFD ||
         is_category(static_cast<UChar32>(character), U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK);
}

bool is_space(char32_t character) { return u_isUWhiteSpace(static_cast<UChar32>(character)); }

bool is_punctuation(char32_t character) {
  if (character < 0x80) return character > 0x20 && character < 0x7F && !u_isalnum(static_cast<UChar32>(character));
  if (character == 0x166D || character == 0x111C9) return true;  // in Unicode 8
  return is_category(static_cast<UChar32>(character), U_GC_P_MASK);
}

bool is_accent(char32_t character) {
  constexpr std::array<char32_t, 4> kSinceThen{0x1885, 0x1886, 0xA9BD, 0x111C9};
  if (character == 0x1734) return true;  // in Unicode 8
  return is_category(static_cast<UChar32>(character), U_GC_MN_MASK) &&
         std::ranges::find(kSinceThen, character) == kSinceThen.end();
}

// What BERT takes for Chinese; the gap before U+2B920 is the original's.
bool is_chinese(char32_t character) {
  constexpr std::array<std::pair<char32_t, char32_t>, 8> kRanges{{{0x3400, 0x4DBF},
                                                                  {0x4E00, 0x9FFF},
                                                                  {0xF900, 0xFAFF},
                                                                  {0x20000, 0x2A6DF},
                                                                  {0x2A700, 0x2B73F},
                                                                  {0x2B740, 0x2B81F},
                                                                  {0x2B920, 0x2CEAF},
                                                                  {0x2F800, 0x2FA1F}}};
  return std::ranges::any_of(kRanges,
                             [&](const auto& range) { return character >= range.first && character <= range.second; });
}

class BertTokenizer : public TableTokenizer {
public:
  explicit BertTokenizer(BertVocabulary vocabulary)
      : TableTokenizer(std::move(vocabulary.tokens)),
        begin_(vocabulary.begin),
        end_(vocabulary.end),
        rule_(std::move(vocabulary.rule)) {}

  std::vector<EncodedToken> encode(std::string_view text) const override {
    const TracedText characters = normalise(text);
    std::vector<EncodedToken> tokens{token(begin_)};
    for (Word rest = characters; !rest.empty();) {
      std::size_t length = 1;
      if (!stands_alone(rest.front().character)) {
        while (length < rest.size() && !stands_alone(rest[length].character)) ++length;
      }
      if (!is_space(rest.front().character)) append_pieces(rest.first(length), tokens);
      rest = rest.subspan(length);
    }
    tokens.push_back(token(end_));
    return tokens;
  }

private:
  TracedText normalise(std::string_view text) const {
    TracedText characters = trace(text);
    std::erase_if(characters, [](const TracedCharacter& c) { return is_removed(c.character); });
    if (rule_.chinese_apart) characters = set_apart(characters);
    if (rule_.strip_accents) characters = without_accents(decompose(characters));
    return rule_.lower_case ? lower_case(characters) : characters;
  }

  // The letter before an accent stands for the accent's bytes, too.
  static TracedText without_accents(const TracedText& text) {
    TracedText out;
    for (const TracedCharacter& traced : text) {
      if (!is_accent(traced.character)) out.push_back(traced);
      if (!out.empty() && !is_space(out.back().character)) out.back().byte_end = traced.byte_end;
    }
    return out;
  }

  static TracedText set_apart(const TracedText& text) {
    TracedText out;
    for (const TracedCharacter& traced : text) {
      const bool apart = is_chinese(traced.character);
      if (apart) out.push_back({' ', traced.byte_begin, traced.byte_begin});
      out.push_back(traced);
      if (apart) out.push_back({' ', traced.byte_end, traced.byte_end});
    }
    return out;
  }

  static bool stands_alone(char32_t character) { return is_space(character) || is_punctuation(character); }

  // The longest piece at the front, then the longest that continues; a word of which a part has no piece is unknown.
  void append_pieces(Word word, std::vector<EncodedToken>& tokens) const {
    const std::size_t before = tokens.size();
    for (std::size_t begin = 0; begin < word.size();) {
      const std::size_t end = word.size() > rule_.longest_word ? begin : append_piece(word, begin, tokens);
      if (end == begin) {
        tokens.resize(before);
        tokens.push_back(token(*unknown(), word.front().byte_begin, word.back().byte_end));
        return;
      }
      begin = end;
    }
  }

  // Where the piece ends; `begin` where there is none.
  std::size_t append_piece(Word word, std::size_t begin, std::vector<EncodedToken>& tokens) const {
    std::string piece = begin > 0 ? rule_.continuation : "";
    std::vector<std::size_t> sizes;  // of `piece` with 1, 2, ... characters
    for (const TracedCharacter& traced : word.subspan(begin)) {
      append_utf8(traced.character, piece);
      sizes.push_back(piece.size());
    }
    for (std::size_t length = sizes.size(); length > 0; --length) {
      const auto id = table().find(std::string_view(piece).substr(0, sizes[length - 1]));
      if (!id) continue;
      tokens.push_back(token(*id, word[begin].byte_begin, word[begin + length - 1].byte_end));
      return begin + length;
    }
    return begin;
  }

  std::uint32_t begin_, end_;
  BertRule rule_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_bert_tokenizer(BertVocabulary vocabulary) {
  return std::make_unique<BertTokenizer>(std::move(vocabulary));
}

}  // namespace attnviz::text
