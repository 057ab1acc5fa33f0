#include "text/tokenizers/stepped_tokenizer.hpp"

#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "text/tokenizers/byte_pairs.hpp"

namespace attnviz::text {
namespace {

// Some tokenizers lack a byte: Gemma's has a tab in place of <0x09>.
using ByteIds = std::array<std::optional<std::uint32_t>, 256>;

ByteIds byte_ids(const TokenTable& vocabulary) {
  ByteIds ids;
  for (unsigned byte = 0; byte < 256; ++byte) {
    char name[8];
    std::snprintf(name, sizeof name, "<0x%02X>", byte);
    ids[byte] = vocabulary.find(name);
  }
  return ids;
}

class SteppedTokenizer : public VocabularyTokenizer {
public:
  SteppedTokenizer(TokenTable table, SpecialTokens special, TextSteps steps, bool byte_fallback)
      : VocabularyTokenizer(std::move(table), std::move(special)), steps_(std::move(steps)) {
    if (byte_fallback) bytes_ = byte_ids(vocabulary());
  }

protected:
  // Pieces of one word, ids given.
  virtual std::vector<Piece> cut(std::string_view word) const = 0;

  // The bytes as tokens, where all of them are; else nothing.
  std::vector<Piece> spell(std::string_view word, std::uint32_t begin, std::uint32_t end) const {
    std::vector<Piece> pieces;
    for (std::uint32_t at = begin; at < end; ++at) {
      const auto id = bytes_[static_cast<unsigned char>(word[at])];
      if (!id) return {};
      pieces.push_back({*id, at, at + 1});
    }
    return pieces;
  }

private:
  void encode_text(std::string_view utf8, std::vector<EncodedToken>& tokens) const override {
    Characters text = characters_of(utf8);
    for (const TextStep& step : steps_.change) text = step(text);
    std::vector<Characters> words{std::move(text)};
    for (const WordStep& step : steps_.cut) {
      std::vector<Characters> finer;
      for (const Characters& word : words) {
        for (Characters& part : step(word)) finer.push_back(std::move(part));
      }
      words = std::move(finer);
    }
    for (const Characters& word : words) {
      const SpelledText spelled(word);
      for (const Piece& piece : cut(spelled.utf8)) {
        const SpelledText::Span span = spelled.original(piece.begin, piece.end);
        append(tokens, piece.id, span.begin, span.end);
      }
    }
  }

  TextSteps steps_;
  ByteIds bytes_;
};

class UnigramTokenizer final : public SteppedTokenizer {
public:
  UnigramTokenizer(TokenTable table, SpecialTokens special, TextSteps steps, Unigram model, bool byte_fallback)
      : SteppedTokenizer(std::move(table), std::move(special), std::move(steps), byte_fallback),
        model_(std::move(model)) {}

private:
  std::vector<Piece> cut(std::string_view word) const override {
    std::vector<Piece> pieces = cut_best(model_, vocabulary(), word), out;
    join_unknown(pieces);
    for (const Piece& piece : pieces) {
      const std::vector<Piece> spelled = piece.is_known ? std::vector{piece} : spell(word, piece.begin, piece.end);
      if (spelled.empty()) out.push_back({*unknown(), piece.begin, piece.end});
      out.insert(out.end(), spelled.begin(), spelled.end());
    }
    return out;
  }

  Unigram model_;
};

class PairTokenizer final : public SteppedTokenizer {
public:
  PairTokenizer(TokenTable table, SpecialTokens special, TextSteps steps, MergeTable merges, bool byte_fallback,
                bool fuse_unknown)
      : SteppedTokenizer(std::move(table), std::move(special), std::move(steps), byte_fallback),
        merges_(std::move(merges)),
        fuse_unknown_(fuse_unknown) {}

private:
  std::vector<Piece> cut(std::string_view word) const override {
    const auto find_join = [&](const Symbol& left, const Symbol& right) -> std::optional<Join<std::uint32_t>> {
      const auto merge = merges_.find(left.id, right.id);
      return merge ? std::optional(Join<std::uint32_t>{merge->rank, merge->id}) : std::nullopt;
    };
    std::vector<Piece> out;
    for (const Symbol& symbol : join_pairs<std::uint32_t>(symbols_of(word), find_join)) {
      out.push_back({symbol.id, symbol.begin, symbol.end});
    }
    return out;
  }

  std::vector<Symbol> symbols_of(std::string_view word) const {
    std::vector<Symbol> symbols;
    symbols.reserve(word.size());
    bool after_unknown = false;
    for (std::uint32_t begin = 0, end = 0; begin < word.size(); begin = end) {
      for (++end; end < word.size() && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80;) ++end;
      const auto id = vocabulary().find(word.substr(begin, end - begin));
      const std::vector<Piece> spelled = id ? std::vector<Piece>{{*id, begin, end}} : spell(word, begin, end);
      const bool is_unknown = spelled.empty();
      if (!is_unknown) {
        for (const Piece& piece : spelled) symbols.push_back({piece.id, piece.begin, piece.end});
      } else if (after_unknown && fuse_unknown_) {
        symbols.back().end = end;
      } else {
        symbols.push_back({*unknown(), begin, end});
      }
      after_unknown = is_unknown;
    }
    return symbols;
  }

  MergeTable merges_;
  bool fuse_unknown_;
};

}  // namespace

std::unique_ptr<Tokenizer> make_unigram_tokenizer(TokenTable vocabulary, SpecialTokens special, TextSteps steps,
                                                  Unigram model, bool byte_fallback) {
  return std::make_unique<UnigramTokenizer>(std::move(vocabulary), std::move(special), std::move(steps),
                                            std::move(model), byte_fallback);
}

std::unique_ptr<Tokenizer> make_pair_tokenizer(TokenTable vocabulary, SpecialTokens special, TextSteps steps,
                                               MergeTable merges, bool byte_fallback, bool fuse_unknown) {
  return std::make_unique<PairTokenizer>(std::move(vocabulary), std::move(special), std::move(steps), std::move(merges),
                                         byte_fallback, fuse_unknown);
}

}  // namespace attnviz::text
