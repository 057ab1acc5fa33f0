#include "text/tokenizers/bert_tokenizer.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "text/tokenizers/characters.hpp"

namespace attnviz::text {
namespace {

// The original library knows the categories of Unicode 8: what came later is no mark, punctuation or control character
// to it, and four characters have changed since. Compared character by character with tokenizers 0.22.
bool is_of_unicode_8(UChar32 c) {
  UVersionInfo version;
  u_charAge(c, version);
  return version[0] <= 8;
}

bool in_category(UChar32 c, std::uint32_t mask) { return (U_GET_GC_MASK(c) & mask) != 0 && is_of_unicode_8(c); }

bool is_one_of(UChar32 c, std::initializer_list<UChar32> some) { return std::ranges::find(some, c) != some.end(); }

bool is_plain_space(UChar32 c) { return c == '\t' || c == '\n' || c == '\r' || c == ' '; }

bool is_space(UChar32 c) { return u_isUWhiteSpace(c) != 0; }

bool is_dropped(UChar32 c) {
  return c == 0 || c == 0xFFFD || (!is_plain_space(c) && in_category(c, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK));
}

bool is_accent(UChar32 c) {
  return c == 0x1734 || (in_category(c, U_GC_MN_MASK) && !is_one_of(c, {0x1885, 0x1886, 0xA9BD, 0x111C9}));
}

bool is_punctuation(UChar32 c) {
  if (c < 0x80) return c > ' ' && c < 0x7F && u_isalnum(c) == 0;
  return is_one_of(c, {0x166D, 0x111C9}) || in_category(c, U_GC_P_MASK);
}

bool is_chinese(UChar32 c) {
  const auto within = [c](UChar32 first, UChar32 last) { return c >= first && c <= last; };
  return within(0x4E00, 0x9FFF) || within(0x3400, 0x4DBF) || within(0x20000, 0x2A6DF) || within(0x2A700, 0x2B73F) ||
         within(0x2B740, 0x2B81F) || within(0x2B920, 0x2CEAF) || within(0xF900, 0xFAFF) || within(0x2F800, 0x2FA1F);
}

constexpr char32_t kBreak = U' ';

// Spaces, at which words end, stand around Chinese characters.
Characters cleaned(const Characters& text, const BertRules& rules) {
  Characters out;
  out.reserve(text.size());
  for (const Character& given : text) {
    const auto c = static_cast<UChar32>(given.code);
    if (rules.clean_text && is_dropped(c)) continue;
    const bool is_apart = rules.chinese_apart && is_chinese(c);
    if (is_apart) out.push_back({kBreak, given.begin, given.begin});
    out.push_back(given);
    if (is_apart) out.push_back({kBreak, given.end, given.end});
  }
  return out;
}

// The character before has the span of its accent, too.
Characters without_accents(const Characters& text) {
  Characters out;
  out.reserve(text.size());
  for (const Character& c : text) {
    if (!is_accent(static_cast<UChar32>(c.code))) {
      out.push_back(c);
    } else if (!out.empty()) {
      out.back().end = c.end;
    }
  }
  return out;
}

class BertTokenizer final : public VocabularyTokenizer {
public:
  BertTokenizer(TokenTable table, SpecialTokens special, BertRules rules)
      : VocabularyTokenizer(std::move(table), std::move(special)), rules_(std::move(rules)) {}

private:
  void encode_text(std::string_view utf8, std::vector<EncodedToken>& tokens) const override {
    Characters text = cleaned(characters_of(utf8), rules_);
    if (rules_.strip_accents.value_or(rules_.lower_case)) {
      text = without_accents(normalised(text, NormalForm::nfd));
    }
    if (rules_.lower_case) text = lower_case(text);
    Characters word;
    const auto finish_word = [&] {
      if (!word.empty()) append_word(word, tokens);
      word.clear();
    };
    for (const Character& character : text) {
      const auto c = static_cast<UChar32>(character.code);
      if (is_space(c) || is_punctuation(c)) finish_word();
      if (is_space(c)) continue;
      word.push_back(character);
      if (is_punctuation(c)) finish_word();
    }
    finish_word();
  }

  void append_word(const Characters& word, std::vector<EncodedToken>& tokens) const {
    const std::size_t before = tokens.size();
    const bool is_known = word.size() <= rules_.max_word_characters && append_pieces(word, tokens);
    if (is_known) return;
    tokens.resize(before);
    append(tokens, *unknown(), word.front().begin, word.back().end);
  }

  // False: some part is in no piece.
  bool append_pieces(const Characters& word, std::vector<EncodedToken>& tokens) const {
    const SpelledText spelled(word);
    const std::string& text = spelled.utf8;
    for (std::size_t begin = 0; begin < text.size();) {
      std::string piece = begin == 0 ? "" : rules_.continuation;
      const std::size_t prefix = piece.size();
      piece.append(text, begin);
      std::optional<std::uint32_t> id;
      while (piece.size() > prefix && !(id = vocabulary().find(piece))) remove_last_character(piece);
      if (!id) return false;
      const std::size_t end = begin + piece.size() - prefix;
      const SpelledText::Span span = spelled.original(begin, end);
      append(tokens, *id, span.begin, span.end);
      begin = end;
    }
    return true;
  }

  static void remove_last_character(std::string& utf8) {
    while ((static_cast<unsigned char>(utf8.back()) & 0xC0) == 0x80) utf8.pop_back();
    utf8.pop_back();
  }

  BertRules rules_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_bert_tokenizer(TokenTable vocabulary, SpecialTokens special, BertRules rules) {
  return std::make_unique<BertTokenizer>(std::move(vocabulary), std::move(special), std::move(rules));
}

}  // namespace attnviz::text
