#include "text/siglip_tokenizer.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/traced.hpp"

namespace attnviz::text {
namespace {

constexpr char32_t kSpaceMark = U'\u2581';

// As Python has it: beside Unicode's white space the four separators of ASCII.
bool is_space(char32_t character) {
  return u_isUWhiteSpace(static_cast<UChar32>(character)) || (character >= 0x1C && character <= 0x1F);
}

bool is_ascii_punctuation(char32_t character) {
  return character > 0x20 && character < 0x7F && !u_isalnum(static_cast<UChar32>(character));
}

// Without punctuation, each run of white space one space, none at the end.
TracedText canonicalise(const TracedText& text) {
  TracedText out;
  for (const TracedCharacter& traced : text) {
    if (is_ascii_punctuation(traced.character)) continue;
    if (!is_space(traced.character)) {
      out.push_back(traced);
    } else if (!out.empty() && out.back().character == ' ') {
      out.back().byte_end = traced.byte_end;
    } else {
      out.push_back({' ', traced.byte_begin, traced.byte_end});
    }
  }
  if (!out.empty() && out.back().character == ' ') out.pop_back();
  return out;
}

class SiglipTokenizer : public Tokenizer {
public:
  explicit SiglipTokenizer(SiglipVocabulary vocabulary)
      : pieces_(std::move(vocabulary.model)),
        end_(vocabulary.end),
        padding_(vocabulary.padding),
        lower_case_(vocabulary.lower_case),
        front_(trace(table().text(pieces_.model().unknown))) {
    for (TracedCharacter& traced : front_) traced.byte_begin = traced.byte_end = 0;
    front_pieces_ = pieces_.encode(front_).size();
  }

  // The original encodes the name of the unknown token in front of the text, so that SentencePiece leaves the text's
  // first space alone, and drops as many tokens as that name makes.
  std::vector<EncodedToken> encode(std::string_view text) const override {
    TracedText characters = trace(text);
    for (TracedCharacter& traced : characters) {
      if (traced.character == kSpaceMark) traced.character = ' ';
    }
    if (lower_case_) characters = lower_case(characters);
    characters.insert(characters.begin(), {kSpaceMark, 0, 0});
    characters = canonicalise(characters);
    characters.insert(characters.begin(), front_.begin(), front_.end());
    const std::vector<SentencePiece> pieces = pieces_.encode(characters);
    std::vector<EncodedToken> tokens;
    for (std::size_t i = pieces.size() >= front_pieces_ ? front_pieces_ : 0; i < pieces.size(); ++i) {
      const SentencePiece& piece = pieces[i];
      const std::uint32_t id = table().find(piece.text).value_or(piece.id);
      tokens.push_back({id, std::string(table().text(id)), piece.byte_begin, piece.byte_end});
    }
    tokens.push_back({end_, std::string(table().text(end_)), 0, 0});
    return tokens;
  }

  std::size_t vocabulary_size() const override { return table().end_id(); }
  std::optional<std::size_t> id_of(std::string_view token) const override {
    const auto id = table().find(token);
    return id ? std::optional<std::size_t>(*id) : std::nullopt;
  }
  bool is_unknown(std::size_t id) const override { return id == pieces_.model().unknown; }
  std::optional<std::size_t> padding_id() const override { return padding_; }

private:
  const TokenTable& table() const { return pieces_.model().pieces; }

  SentencePieces pieces_;
  std::uint32_t end_, padding_;
  bool lower_case_;
  TracedText front_;
  std::size_t front_pieces_ = 0;
};

}  // namespace

std::unique_ptr<Tokenizer> make_siglip_tokenizer(SiglipVocabulary vocabulary) {
  return std::make_unique<SiglipTokenizer>(std::move(vocabulary));
}

}  // namespace attnviz::text
