// Broken tokenizers and texts for them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "attnviz/core/error.hpp"
#include "model/checkpoint/tokenizer_files.hpp"
#include "support/tokenizer_checks.hpp"
#include "support/tokenizer_folders.hpp"
#include "text/utf8.hpp"

namespace attnviz::test {

struct TokenizerInputs {
  std::string name;
  std::vector<std::string> seeds;
  std::function<void(const std::string&)> read;
};

inline void encode_samples(const text::Tokenizer& tokenizer) {
  static const std::vector<std::string> kTexts{"",
                                               " ",
                                               "ab ba aab",
                                               "Picking CUPS, 杯子!",
                                               "e\xCC\x81\xCC\xA3 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",
                                               std::string(3000, 'a'),
                                               "<x>▁ ▁▁ ﷺ ½ \xE3\x80\x80"};
  for (const std::string& text : kTexts) check_encoding(tokenizer, text);
}

// Each reads a folder in which `file` is broken.
inline TokenizerInputs broken_file(const TempDir& dir, const std::string& folder, const std::string& file,
                                   model::checkpoint::TokenizerKind kind, std::vector<std::string> seeds) {
  const std::filesystem::path place = dir.path() / (folder + "-" + file);
  if (!std::filesystem::exists(place)) {
    std::filesystem::copy(std::filesystem::path(ATTNVIZ_TEST_DATA) / "reference" / "data" / "tokenizers" / folder,
                          place);
  }
  if (seeds.empty()) seeds.push_back(read_bytes((place / file).string()));
  return {"tokenizer " + folder + "/" + file, std::move(seeds), [place, file, kind](const std::string& bytes) {
            write_bytes((place / file).string(), bytes);
            encode_samples(*model::checkpoint::read_tokenizer(place, kind));
          }};
}

// Texts for a sound tokenizer.
inline TokenizerInputs broken_text(const std::string& folder, model::checkpoint::TokenizerKind kind) {
  const std::shared_ptr<text::Tokenizer> tokenizer = model::checkpoint::read_tokenizer(
      std::filesystem::path(ATTNVIZ_TEST_DATA) / "reference" / "data" / "tokenizers" / folder, kind);
  return {"text for " + folder,
          {"pick up the red cup's 2nd lid!", "拿起红色杯子 Ａ ½ ﬁ",
           "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9 e\xCC\x81\xCC\xA3 \xE3\x80\x80 x"},
          [tokenizer](const std::string& text) {
            text::check_utf8(text, ErrorCode::input, "text");
            check_encoding(*tokenizer, text);
          }};
}

inline std::vector<TokenizerInputs> tokenizer_inputs(const TempDir& dir) {
  using Kind = model::checkpoint::TokenizerKind;
  return {broken_file(dir, "clip-json", "tokenizer.json", Kind::clip, {tiny_clip_json()}),
          broken_file(dir, "clip-lists", "vocab.json", Kind::clip, {}),
          broken_file(dir, "clip-lists", "merges.txt", Kind::clip, {}),
          broken_file(dir, "bert-cased", "vocab.txt", Kind::word_piece, {tiny_bert_vocabulary()}),
          broken_file(dir, "bert-cased", "tokenizer_config.json", Kind::word_piece, {}),
          broken_file(dir, "bert-lower", "tokenizer.json", Kind::word_piece, {}),
          broken_file(dir, "siglip-json", "tokenizer.json", Kind::sentence_piece, {tiny_unigram_json()}),
          broken_file(dir, "siglip-pieces", "spiece.model", Kind::sentence_piece, {}),
          broken_file(dir, "gemma-pieces", "tokenizer.model", Kind::sentence_piece, {}),
          broken_file(dir, "gemma-json", "tokenizer.json", Kind::sentence_piece, {}),
          broken_text("clip-json", Kind::clip),
          broken_text("bert-lower", Kind::word_piece),
          broken_text("siglip-pieces", Kind::sentence_piece),
          broken_text("gemma-json", Kind::sentence_piece)};
}

}  // namespace attnviz::test
