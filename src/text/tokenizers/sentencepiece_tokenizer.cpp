#include "text/tokenizers/sentencepiece_tokenizer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "text/tokenizers/sentence_pieces.hpp"

namespace attnviz::text {
namespace {

constexpr char32_t kSpaceSign = U'\u2581';  // ▁

// As Python's str.isspace sees it: that of Unicode, and the four separators of ASCII.
bool is_python_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_ascii_punctuation(char32_t c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

// Without punctuation, each run of spaces one space, none at the ends; "▁" before all.
Characters canonical(const Characters& text) {
  Characters out{{kSpaceSign, 0, 0}};
  for (Character c : text) {
    if (is_ascii_punctuation(c.code)) continue;
    if (is_python_space(c.code) || c.code == kSpaceSign) {
      c.code = U' ';
      if (out.back().code == U' ') out.pop_back();  // the last of a run: what is before may belong to other words
    }
    out.push_back(c);
  }
  if (out.back().code == U' ') out.pop_back();
  return out;
}

class PieceTokenizer : public VocabularyTokenizer {
public:
  PieceTokenizer(SentencePieceModel model, SpecialTokens special, bool wants_lower_case)
      : VocabularyTokenizer(std::move(model.vocabulary), std::move(special)),
        pieces_(std::move(model), vocabulary()),
        wants_lower_case_(wants_lower_case) {}

protected:
  Characters characters(std::string_view utf8) const {
    Characters text = characters_of(utf8);
    return wants_lower_case_ ? lower_case(text) : text;
  }

  // The pieces of `text` but for the first `skipped` ones.
  void append_pieces(const Characters& text, std::size_t skipped, std::vector<EncodedToken>& tokens) const {
    const Characters normalised = pieces_.normalised(text);
    const SpelledText spelled(normalised);
    const std::vector<Piece> cut = pieces_.cut(spelled.utf8);
    for (std::size_t i = cut.size() < skipped ? 0 : skipped; i < cut.size(); ++i) {
      const SpelledText::Span span = spelled.original(cut[i].begin, cut[i].end);
      append(tokens, cut[i].id, span.begin, span.end);
    }
  }

  std::size_t count_pieces(std::string_view utf8) const {
    return pieces_.cut(SpelledText(pieces_.normalised(characters_of(utf8))).utf8).size();
  }

private:
  SentencePieces pieces_;
  bool wants_lower_case_;
};

// The original puts the unknown token's text before everything, lest the leading "▁" be lost, and drops its pieces.
class SiglipTokenizer final : public PieceTokenizer {
public:
  SiglipTokenizer(SentencePieceModel model, SpecialTokens special, bool wants_lower_case, std::string unknown_text)
      : PieceTokenizer(std::move(model), std::move(special), wants_lower_case),
        unknown_text_(std::move(unknown_text)),
        unknown_pieces_(count_pieces(unknown_text_)) {}

private:
  void encode_text(std::string_view utf8, std::vector<EncodedToken>& tokens) const override {
    Characters text = characters_of(unknown_text_);
    for (Character& c : text) c.begin = c.end = 0;
    const Characters rest = canonical(characters(utf8));
    text.insert(text.end(), rest.begin(), rest.end());
    append_pieces(text, unknown_pieces_, tokens);
  }

  std::string unknown_text_;
  std::size_t unknown_pieces_;
};

class GemmaTokenizer final : public PieceTokenizer {
public:
  using PieceTokenizer::PieceTokenizer;

private:
  void encode_text(std::string_view utf8, std::vector<EncodedToken>& tokens) const override {
    append_pieces(characters(utf8), 0, tokens);
  }
};

}  // namespace

std::unique_ptr<Tokenizer> make_siglip_tokenizer(SentencePieceModel model, SpecialTokens special, bool lower_case,
                                                 std::string unknown_text) {
  model.add_dummy_prefix = false;
  return std::make_unique<SiglipTokenizer>(std::move(model), std::move(special), lower_case, std::move(unknown_text));
}

std::unique_ptr<Tokenizer> make_gemma_tokenizer(SentencePieceModel model, SpecialTokens special, bool lower_case) {
  return std::make_unique<GemmaTokenizer>(std::move(model), std::move(special), lower_case);
}

}  // namespace attnviz::text
