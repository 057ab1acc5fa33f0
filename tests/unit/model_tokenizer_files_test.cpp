// Tokenizer folders that are broken or another model's, and what is said about them.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "attnviz/core/error.hpp"
#include "model/checkpoint/tokenizer_files.hpp"
#include "support/temp_dir.hpp"
#include "support/tokenizer_checks.hpp"
#include "support/tokenizer_folders.hpp"

namespace {

using namespace attnviz;
using model::checkpoint::TokenizerKind;
using test::TempDir;

std::string refusal(const std::filesystem::path& folder, TokenizerKind kind) {
  try {
    model::checkpoint::read_tokenizer(folder, kind);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::model);
    return error.what();
  }
  return "";
}

bool has(const std::string& message, const std::string& part) { return message.find(part) != std::string::npos; }

// The refusal of a folder that holds this file.
std::string refusal_of(const std::string& name, const std::string& bytes, TokenizerKind kind) {
  const TempDir dir;
  test::write_bytes(dir / name, bytes);
  std::string said = refusal(dir.path(), kind);
  CHECK_MESSAGE(has(said, name), said);
  return said;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

TEST_CASE("a folder without a tokenizer: what it would need") {
  const TempDir dir;
  CHECK(has(refusal(dir.path(), TokenizerKind::clip), "neither tokenizer.json nor vocab.json and merges.txt"));
  CHECK(has(refusal(dir.path(), TokenizerKind::word_piece), "neither tokenizer.json nor vocab.txt"));
  CHECK(has(refusal(dir.path(), TokenizerKind::sentence_piece), "spiece.model"));
  test::write_bytes(dir / "vocab.json", "{}");
  CHECK(has(refusal(dir.path(), TokenizerKind::clip), "merges.txt"));
}

TEST_CASE("another model's tokenizer") {
  const TempDir dir;
  const auto unigram = test::copy_tokenizer(dir, "siglip-json");
  CHECK(has(refusal(unigram, TokenizerKind::clip), "is of type Unigram where CLIP needs BPE"));
  CHECK(has(refusal(unigram, TokenizerKind::word_piece), "is of type Unigram where BERT needs WordPiece"));
  const auto words = test::copy_tokenizer(dir, "bert-lower");
  CHECK(has(refusal(words, TokenizerKind::sentence_piece), "is of type WordPiece where SigLIP needs Unigram or BPE"));
  const auto gemma = test::copy_tokenizer(dir, "gemma-json");
  CHECK(has(refusal(gemma, TokenizerKind::clip), "</w>"));
  const auto clip = test::copy_tokenizer(dir, "clip-json");
  CHECK(has(refusal(clip, TokenizerKind::sentence_piece), "byte-pair encoding of words"));
  test::write_bytes((gemma / "tokenizer_config.json").string(), R"({"padding_side": "left"})");
  CHECK(has(refusal(gemma, TokenizerKind::sentence_piece), "padding_side is left"));
}

TEST_CASE("Gemma's text is in lower case where the settings say so, as SigLIP 2 was trained") {
  const TempDir dir;
  const auto folder = test::copy_tokenizer(dir, "gemma-pieces");
  const auto ids = [&](const std::string& text) {
    std::vector<std::size_t> found;
    for (const auto& token : model::checkpoint::read_tokenizer(folder, TokenizerKind::sentence_piece)->encode(text)) {
      found.push_back(token.id);
    }
    return found;
  };
  const auto small = ids("red cup");
  CHECK(ids("RED Cup") != small);
  test::write_bytes((folder / "tokenizer_config.json").string(),
                    R"({"do_lower_case": true, "add_bos_token": false, "add_eos_token": true})");
  CHECK(ids("RED Cup") == small);
}

TEST_CASE("tokenizer.json that is broken") {
  const std::string sound = test::tiny_clip_json();
  const auto said = [](const std::string& json) { return refusal_of("tokenizer.json", json, TokenizerKind::clip); };
  CHECK(has(said("{"), "not valid JSON"));
  CHECK(has(said("[]"), "no model"));
  CHECK(has(said(std::string(100'000, '[')), "nested too deeply"));
  CHECK(has(said(replaced(sound, "\"b\": 1", "\"b\": 0")), "same id"));
  CHECK(has(said(replaced(sound, "\"b\": 1", "\"a\": 1")), "twice"));
  CHECK(has(said(replaced(sound, "\"b\": 1", "\"b\": -1")), "no whole number"));
  CHECK(has(said(replaced(sound, "\"b\": 1", "\"b\": 4000000000")), "too large"));
  CHECK(has(said(replaced(sound, "\"b\": 1", "\"b\": [1]")), "another form"));
  CHECK(has(said(replaced(sound, "a b</w>", "a c</w>")), "merge 0"));
  CHECK(has(said(replaced(sound, "a b</w>", "ab")), "no pair"));
  CHECK(has(said(replaced(sound, "[\"a\", \"a\"]", "[\"a\"]")), "without a right side"));
  CHECK(has(said(replaced(sound, "\"sep\": [\"<|endoftext|>\", 7]", "\"sep\": [\"x\", 70]")), "lacks"));
  CHECK(has(said(replaced(sound, "RobertaProcessing", "Strange")), "Strange"));
  CHECK(has(said(replaced(sound, "\"unk_token\": \"<|endoftext|>\"", "\"unk_token\": \"<nope>\"")), "<nope>"));
  CHECK(has(said(replaced(sound, "\"special\": true", "\"normalized\": true")), "added token"));
}

TEST_CASE("lists that are broken") {
  const std::string words = test::tiny_bert_vocabulary();
  CHECK(has(refusal_of("vocab.txt", "cup\nbowl\n", TokenizerKind::word_piece), "[CLS]"));
  CHECK(has(refusal_of("vocab.txt", words + std::string("a\0b\n", 4), TokenizerKind::word_piece), "zero bytes"));
  CHECK(has(refusal_of("vocab.txt", words + "\xFF\n", TokenizerKind::word_piece), "UTF-8"));
  CHECK(has(refusal_of("vocab.txt", words + std::string(5000, 'x'), TokenizerKind::word_piece), "too long"));
  const TempDir dir;
  const auto lists = test::copy_tokenizer(dir, "clip-lists");
  test::write_bytes((lists / "merges.txt").string(), "#version\na\n");
  CHECK(has(refusal(lists, TokenizerKind::clip), "line 2 is no pair"));
  test::write_bytes((lists / "merges.txt").string(), "#version\nzzz yyy\n");
  CHECK(has(refusal(lists, TokenizerKind::clip), "do vocabulary and merges belong together"));
  test::write_bytes((lists / "vocab.json").string(), "[[\"a\", 0.5]]");
  CHECK(has(refusal(lists, TokenizerKind::clip), "another form"));
}

TEST_CASE("Unigram and its steps that are broken") {
  const std::string sound = test::tiny_unigram_json();
  const auto said = [](const std::string& json) {
    return refusal_of("tokenizer.json", json, TokenizerKind::sentence_piece);
  };
  CHECK(has(said(replaced(sound, "\"unk_id\": 2", "\"unk_id\": 99")), "unk_id"));
  CHECK(has(said(replaced(sound, "[!-,.]", "(a|b)")), "(a|b)"));
  CHECK(has(said(replaced(sound, "\"content\": \"\"", "\"content\": \"" + std::string(200, 'x') + "\"")), "too long"));
  CHECK(has(said(replaced(sound, "\"NFKC\"", "\"Nmt\"")), "Nmt"));
  CHECK(has(said(replaced(sound, "Metaspace", "ByteLevel")), "ByteLevel"));
  CHECK(has(said(replaced(sound, "[\"s\", -2.5]", "[\"s\"]")), "without an id or score"));
  const TempDir dir;
  test::write_bytes(dir / "tokenizer.json", sound);
  const auto tokenizer = model::checkpoint::read_tokenizer(dir.path(), TokenizerKind::sentence_piece);
  std::vector<std::size_t> ids;
  for (const auto& token : tokenizer->encode("ＣＵＰ,s<x>CUP")) ids.push_back(token.id);
  CHECK(ids == std::vector<std::size_t>{4, 5, 6, 4, 1});
}

TEST_CASE("SentencePiece models that are broken") {
  const auto said = [](const std::string& bytes) {
    return refusal_of("spiece.model", bytes, TokenizerKind::sentence_piece);
  };
  const std::string sound = test::tokenizer_data("siglip-pieces", "spiece.model");
  CHECK(has(said("not a model"), "no SentencePiece model"));
  CHECK(has(said(sound.substr(0, sound.size() / 2)), "cut short"));
  CHECK(has(said("\x0A\x03\x0A\x01x"), "0 unknown pieces"));
  CHECK(has(said(std::string("\x0A\x0A\x0A\x01x\x15\x00\x00\xC0\x7F\x18\x02", 12)), "finite"));
  CHECK(has(said("\x0A\x04\x0A\x02\xFF\xFF"), "UTF-8"));
}

TEST_CASE("settings beside the vocabulary") {
  const TempDir dir;
  test::write_bytes(dir / "vocab.txt", "<unk>\n<s>\n</s>\nCup\ncup\n");
  test::write_bytes(dir / "tokenizer_config.json", R"({"cls_token": "<s>", "do_lower_case": false})");
  test::write_bytes(dir / "special_tokens_map.json", R"({"sep_token": {"content": "</s>"}, "unk_token": "<unk>"})");
  const auto tokenizer = model::checkpoint::read_tokenizer(dir.path(), TokenizerKind::word_piece);
  std::vector<std::size_t> ids;
  for (const auto& token : tokenizer->encode("Cup cup")) ids.push_back(token.id);
  CHECK(ids == std::vector<std::size_t>{1, 3, 4, 2});
  test::write_bytes(dir / "tokenizer_config.json", "[1]");
  CHECK(has(refusal(dir.path(), TokenizerKind::word_piece), "tokenizer_config.json"));
}

}  // namespace
