// Tiny tokenizers in folders, as a test or a fuzzer wants to break them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"

namespace attnviz::test {

inline std::string tokenizer_data(const std::string& folder, const std::string& file) {
  return read_bytes(std::string(ATTNVIZ_TEST_DATA) + "/reference/data/tokenizers/" + folder + "/" + file);
}

// A copy of one of the fixtures in a folder of its own.
inline std::filesystem::path copy_tokenizer(const TempDir& dir, const std::string& folder) {
  const std::filesystem::path to = dir.path() / folder;
  std::filesystem::copy(std::filesystem::path(ATTNVIZ_TEST_DATA) / "reference" / "data" / "tokenizers" / folder, to);
  return to;
}

// "a", "b", "ab</w>" and their parts.
inline std::string tiny_clip_json() {
  return R"({"added_tokens": [{"id": 7, "content": "<|endoftext|>", "special": true}],
  "normalizer": null, "pre_tokenizer": null,
  "post_processor": {"type": "RobertaProcessing", "sep": ["<|endoftext|>", 7], "cls": ["<|startoftext|>", 6]},
  "model": {"type": "BPE", "unk_token": "<|endoftext|>", "continuing_subword_prefix": "", "end_of_word_suffix": "</w>",
   "vocab": {"a": 0, "b": 1, "a</w>": 2, "b</w>": 3, "ab</w>": 4, "aa": 5, "<|startoftext|>": 6, "<|endoftext|>": 7},
   "merges": ["a b</w>", ["a", "a"]]}})";
}

inline std::string tiny_bert_vocabulary() { return "[PAD]\n[UNK]\n[CLS]\n[SEP]\npick\n##ing\ncup\n杯\n子\n,\ncafe\n"; }

inline std::string tiny_unigram_json() {
  return R"({"added_tokens": [{"id": 6, "content": "<x>", "special": false, "normalized": false}],
  "normalizer": {"type": "Sequence", "normalizers": [{"type": "Lowercase"}, {"type": "NFKC"},
   {"type": "Replace", "pattern": {"Regex": "[!-,.]"}, "content": ""}, {"type": "Strip", "strip_left": true, "strip_right": true}]},
  "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
  "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "</s>"}}],
   "special_tokens": {"</s>": {"id": "</s>", "ids": [1]}}},
  "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": false,
   "vocab": [["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["▁", -3.5], ["▁cup", -4.0], ["s", -2.5]]}})";
}

inline std::string tiny_bert_json() {
  return R"({"added_tokens": [{"id": 5, "content": "<x>", "special": false, "normalized": false}],
  "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
  "pre_tokenizer": {"type": "BertPreTokenizer"},
  "post_processor": {"type": "TemplateProcessing",
   "single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "[SEP]"}}],
   "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2]}, "[SEP]": {"id": "[SEP]", "ids": [3]}}},
  "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
   "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "<x>": 5, "##b": 6, "##a": 7, "杯": 8, "pick": 9, "##ing": 10}}})";
}

inline std::string tiny_gemma_json() {
  return R"({"added_tokens": [{"id": 4, "content": "▁▁", "special": false, "normalized": false}],
  "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
  "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": false},
  "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "<eos>"}}],
   "special_tokens": {"<eos>": {"id": "<eos>", "ids": [1]}}},
  "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null, "end_of_word_suffix": null,
   "fuse_unk": true, "byte_fallback": false, "ignore_merges": false,
   "vocab": {"<pad>": 0, "<eos>": 1, "<bos>": 2, "<unk>": 3, "▁▁": 4, "a": 5, "b": 6, "▁": 7, "ab": 8, "▁ab": 9},
   "merges": [["a", "b"], "▁ ab"]}})";
}

// A field of a protocol buffer that holds bytes, fewer than 16,384.
inline std::string buffer_field(int number, const std::string& bytes) {
  std::string field{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size() & 127)};
  if (bytes.size() > 127) field[1] = static_cast<char>(field[1] | '\x80');
  if (bytes.size() > 127) field += static_cast<char>(bytes.size() >> 7);
  return field + bytes;
}

// A table of characters (src/text/tokenizers/character_map.hpp) that makes "A" an "a".
inline std::string tiny_character_map() {
  std::vector<std::uint32_t> units(0x43);
  units[0] = 1U << 10;                     // children lie at 1 ^ their byte
  units[0x40] = 'A' | 1U << 8 | 2U << 10;  // has a value, at 0x40 ^ 2
  units[0x42] = 1U << 31;                  // the replacement at 0
  const auto bytes = static_cast<std::uint32_t>(units.size() * sizeof units[0]);
  std::string map(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  map.append(reinterpret_cast<const char*>(units.data()), bytes);
  return map.append("a").append(1, '\0');
}

// A SentencePiece model; `type`: 1 Unigram, 2 BPE.
inline std::string tiny_pieces(char type) {
  struct Piece {
    std::string text;
    char kind;  // 1 normal, 2 unknown, 3 control, 4 user-defined
  };
  const std::vector<Piece> pieces{{"<pad>", 3}, {"</s>", 3}, {"<unk>", 2}, {"<bos>", 3}, {"<eos>", 3}, {"<x>", 4},
                                  {"▁", 1},     {"a", 1},    {"b", 1},     {"ab", 1},    {"▁ab", 1},   {"杯", 1}};
  std::string model;
  float score = 0;
  for (const Piece& piece : pieces) {
    score -= 0.5F;
    const std::string number(reinterpret_cast<const char*>(&score), sizeof score);
    model += buffer_field(1, buffer_field(1, piece.text).append("\x15").append(number).append("\x18") + piece.kind);
  }
  model += buffer_field(2, std::string("\x18") + type);
  return model + buffer_field(3, buffer_field(2, tiny_character_map()).append("\x18\x01\x20\x01\x28\x01"));
}

}  // namespace attnviz::test
