// Tiny tokenizers in folders, as a test or a fuzzer wants to break them.
#pragma once

#include <filesystem>
#include <string>

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

}  // namespace attnviz::test
