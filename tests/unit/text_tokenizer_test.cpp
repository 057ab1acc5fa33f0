// Spans, and text that looks like special tokens. Ids are compared with the original's in tests/reference.
#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/checkpoint/tokenizer_files.hpp"
#include "support/tokenizer_checks.hpp"
#include "support/tokenizer_folders.hpp"
#include "text/tokenizers/bert_tokenizer.hpp"
#include "text/tokenizers/clip_tokenizer.hpp"

namespace {

using namespace attnviz;
using text::EncodedToken;
using Strings = std::vector<std::string>;

std::unique_ptr<text::Tokenizer> fixture(const std::string& name, model::checkpoint::TokenizerKind kind) {
  return model::checkpoint::read_tokenizer(std::string(ATTNVIZ_TEST_DATA) + "/reference/data/tokenizers/" + name, kind);
}

text::TokenTable table(const Strings& tokens) {
  text::TokenTable out;
  for (const std::string& token : tokens) out.add(token, out.size());
  return out;
}

// The texts behind the tokens, special ones left out.
Strings parts(const text::Tokenizer& tokenizer, const std::string& text) {
  Strings out;
  for (const EncodedToken& token : tokenizer.encode(text)) {
    if (token.stands_for_text()) out.push_back(test::part_of(text, token));
  }
  return out;
}

std::unique_ptr<text::Tokenizer> bert(const Strings& words, text::BertRules rules = {}) {
  Strings tokens{"[UNK]"};
  tokens.insert(tokens.end(), words.begin(), words.end());
  text::SpecialTokens special;
  special.unknown = 0;
  return text::make_bert_tokenizer(table(tokens), std::move(special), std::move(rules));
}

TEST_CASE("spans are those of the text as it was written") {
  const auto tokenizer = bert({"cafe", "##s", "straße", "杯", ","});
  CHECK(parts(*tokenizer, "CAFÉS,杯 ") == Strings{"CAFÉ", "S", ",", "杯"});
  CHECK(parts(*tokenizer, "Cafe\u0301s") == Strings{"Cafe\u0301", "s"});  // "e" and its accent are taken apart together
  CHECK(parts(*tokenizer, "x\u00adyz STRASSE straße") == Strings{"x\u00adyz", "STRASSE", "straße"});
}

TEST_CASE("byte-level tokens of one character have its whole span") {
  const auto tokenizer = fixture("clip-json", model::checkpoint::TokenizerKind::clip);
  const std::string text = "🦜 e\u0301𓀀";
  const std::vector<EncodedToken> tokens = tokenizer->encode(text);
  REQUIRE(tokens.size() > 6);
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
    const std::string part = test::part_of(text, tokens[i]);
    CHECK_MESSAGE((part == "🦜" || part == "e\u0301" || part == "𓀀"), part);
  }
  CHECK_FALSE(tokens.front().stands_for_text());
  CHECK_FALSE(tokens.back().stands_for_text());
  CHECK(tokens.back().byte_begin == text.size());
}

TEST_CASE("every tokenizer: spans in order, inside, on whole characters; nothing that counts is left out") {
  const auto strings = nlohmann::json::parse(test::tokenizer_data(".", "strings.json")).get<Strings>();
  using Kind = model::checkpoint::TokenizerKind;
  const std::vector<std::pair<std::string, Kind>> all{{"clip-json", Kind::clip},
                                                      {"bert-lower", Kind::word_piece},
                                                      {"bert-cased", Kind::word_piece},
                                                      {"siglip-pieces", Kind::sentence_piece},
                                                      {"siglip-json", Kind::sentence_piece},
                                                      {"gemma-pieces", Kind::sentence_piece},
                                                      {"gemma-json", Kind::sentence_piece}};
  for (const auto& known : all) {
    CAPTURE(known.first);
    const auto tokenizer = fixture(known.first, known.second);
    for (const std::string& text : strings) CHECK_NOTHROW(test::check_encoding(*tokenizer, text));
    CHECK(test::covers(*tokenizer, "Pick up the 2 red cups from Größe"));
    CHECK(test::covers(*tokenizer, "拿起红色杯子 🍎 ＡＢ"));
    CHECK(parts(*tokenizer, "").empty());
  }
}

TEST_CASE("text that spells a special token is text") {
  const auto clip = fixture("clip-json", model::checkpoint::TokenizerKind::clip);
  const std::size_t end = clip->id_of("<|endoftext|>").value();
  const std::vector<EncodedToken> tokens = clip->encode("cup <|endoftext|> bowl");
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i) CHECK(tokens[i].id != end);
  CHECK(tokens.back().id == end);
  const auto bert_tokenizer = fixture("bert-lower", model::checkpoint::TokenizerKind::word_piece);
  const std::size_t separator = bert_tokenizer->id_of("[SEP]").value();
  std::size_t separators = 0;
  for (const EncodedToken& token : bert_tokenizer->encode("cup [SEP] bowl"))
    separators += token.id == separator ? 1 : 0;
  CHECK(separators == 1);
}

TEST_CASE("what the vocabulary lacks") {
  const auto tokenizer = bert({"cup"});
  const std::vector<EncodedToken> tokens = tokenizer->encode("cup zebra");
  REQUIRE(tokens.size() == 2);
  CHECK_FALSE(tokenizer->is_unknown(tokens[0].id));
  CHECK(tokenizer->is_unknown(tokens[1].id));
  CHECK(tokens[1].byte_begin == 4);
  CHECK(tokens[1].byte_end == 9);
  CHECK_FALSE(tokenizer->id_of("zebra"));
  CHECK(tokenizer->vocabulary_size() == 2);
}

TEST_CASE("byte pairs join the best pair first, the leftmost among equals") {
  text::MergeTable merges;
  merges.add(0, 0, {1, 2});  // a a -> aa
  merges.add(0, 1, {0, 3});  // a b</w> -> ab</w>
  text::SpecialTokens special;
  special.unknown = 4;
  const auto tokenizer =
      text::make_clip_tokenizer(table({"a", "b</w>", "aa", "ab</w>", "?"}), std::move(merges), std::move(special));
  std::vector<std::size_t> ids;
  for (const EncodedToken& token : tokenizer->encode("aaaab")) ids.push_back(token.id);
  CHECK(ids == std::vector<std::size_t>{2, 0, 3});
}

TEST_CASE("a long word takes no quadratic time") {
  const auto tokenizer = fixture("clip-json", model::checkpoint::TokenizerKind::clip);
  CHECK(tokenizer->encode(std::string(400'000, 'a')).size() > 1000);
}

TEST_CASE("a table finds its tokens and what a text begins with") {
  text::TokenTable tokens = table({"a", "ab", "abcd"});
  CHECK(tokens.add("ab", 9) == text::TokenTable::Added::token_known);
  CHECK(tokens.add("x", 1) == text::TokenTable::Added::id_taken);
  CHECK(tokens.add("x", text::kMaxTokenIds) == text::TokenTable::Added::too_large);
  CHECK(tokens.add_or_move("ab", 7) == text::TokenTable::Added::yes);
  CHECK(tokens.find("ab") == 7);
  CHECK(tokens.size() == 8);
  CHECK_FALSE(tokens.has(5));
  std::vector<std::size_t> lengths;
  tokens.for_each_prefix("abcx", [&](std::size_t length, std::uint32_t) { lengths.push_back(length); });
  CHECK(lengths == std::vector<std::size_t>{1, 2});
}

}  // namespace
