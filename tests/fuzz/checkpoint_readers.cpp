// Checkpoint folders in which one file is broken.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "attnviz/model/model.hpp"
#include "fuzz/fixture_folder.hpp"
#include "fuzz/readers.hpp"
#include "fuzz/run_model.hpp"
#include "model/checkpoint/tokenizer_files.hpp"
#include "report/base64.hpp"
#include "support/tokenizer_checks.hpp"
#include "support/tokenizer_folders.hpp"

namespace attnviz::test {
namespace {

using TokenizerKind = model::checkpoint::TokenizerKind;

const char* const kConfig = "config.json";
const char* const kPixels = "preprocessor_config.json";
const char* const kProcessor = "processor_config.json";
const char* const kWeights = "model.safetensors";
const char* const kIndex = "model.safetensors.index.json";

std::string original(const std::string& fixture, const std::string& file) {
  return read_bytes((fixture_path(fixture) / file).string());
}

void check_and_run(const std::string& folder) {
  model::check(folder);
  run_model(*model::load(folder));
}

Form broken_checkpoint(const TempDir& dir, const std::string& name, const std::string& file) {
  const FixtureFolder folder(dir, "checkpoints/" + name, file);
  return {name + " with its " + file, {original("checkpoints/" + name, file)}, [folder](const std::string& bytes) {
            folder.write(bytes);
            check_and_run(folder.path().string());
          }};
}

// Newer folders have the rules for pixels in another file.
Form broken_processor(const TempDir& dir) {
  const FixtureFolder folder(dir, "checkpoints/siglip", kProcessor);
  folder.leave_out(kPixels);
  return {"siglip with a processor_config.json",
          {"{\"image_processor\": " + original("checkpoints/siglip", kPixels) + "}"},
          [folder](const std::string& bytes) {
            folder.write(bytes);
            check_and_run(folder.path().string());
          }};
}

// The header alone: the numbers after it are the checkpoint's own.
Form broken_header(const TempDir& dir, const std::string& name) {
  const FixtureFolder folder(dir, "checkpoints/" + name, kWeights);
  const std::string whole = original("checkpoints/" + name, kWeights);
  std::uint64_t length = 0;
  std::memcpy(&length, whole.data(), sizeof length);
  const std::string numbers = whole.substr(sizeof length + length);
  return {
      name + " with its header", {whole.substr(sizeof length, length)}, [folder, numbers](const std::string& header) {
        const std::uint64_t size = header.size();
        std::string bytes(reinterpret_cast<const char*>(&size), sizeof size);
        folder.write(bytes.append(header).append(numbers));
        check_and_run(folder.path().string());
      }};
}

void encode_samples(const text::Tokenizer& tokenizer) {
  static const std::vector<std::string> kTexts{"",
                                               " ",
                                               "ab ba aab",
                                               "Picking CUPS, it's 杯子!",
                                               "e\xCC\x81\xCC\xA3 \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",
                                               std::string(200, 'a'),
                                               "<x>▁ ▁▁ ﷺ ½ \xE3\x80\x80"};
  for (const std::string& text : kTexts) check_encoding(tokenizer, text);
}

Form broken_tokenizer(const TempDir& dir, const std::string& fixture, const std::string& file, TokenizerKind kind,
                      std::vector<std::string> seeds) {
  const FixtureFolder folder(dir, fixture, file);
  return {fixture + " with its " + file, std::move(seeds), [folder, kind](const std::string& bytes) {
            folder.write(bytes);
            encode_samples(*model::checkpoint::read_tokenizer(folder.path(), kind));
          }};
}

// A file of the fixture as it is.
Form broken_tokenizer(const TempDir& dir, const std::string& fixture, const std::string& file, TokenizerKind kind) {
  return broken_tokenizer(dir, fixture, file, kind, {original(fixture, file)});
}

// The steps of tokenizer.json that the other seeds have none of.
std::string tiny_steps_json() {
  const std::string map = tiny_character_map();
  return R"({"normalizer": {"type": "Sequence", "normalizers": [{"type": "Precompiled", "precompiled_charsmap": ")" +
         report::base64({reinterpret_cast<const std::uint8_t*>(map.data()), map.size()}) +
         R"("}, {"type": "NFD"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "a"}, {"type": "Prepend", "prepend": "b"}]},
  "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never"}]},
  "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1], ["▁ba", -2], ["b", -1.5]]}})";
}

// Gemma's way to spell what it does not know.
std::string tiny_bytes_json() {
  std::string json =
      R"({"model": {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true, "merges": [["a", "b"]], "vocab": {"<unk>": 256, "<eos>": 260, "a": 257, "b": 258, "ab": 259)";
  for (int byte = 0; byte < 256; ++byte) {
    char entry[24];
    std::snprintf(entry, sizeof entry, R"(, "<0x%02X>": %d)", byte, byte);
    json += entry;
  }
  return json + "}}}";
}

}  // namespace

Reader checkpoint_reader(const TempDir& dir) {
  Reader reader{"checkpoint", {}};
  constexpr std::array kAll{"clip", "chinese_clip", "siglip", "owlvit", "blip", "vilt"};
  for (const char* name : kAll) reader.forms.push_back(broken_checkpoint(dir, name, kConfig));
  for (const char* name : {"clip", "chinese_clip"}) reader.forms.push_back(broken_checkpoint(dir, name, kPixels));
  reader.forms.push_back(broken_processor(dir));
  reader.forms.push_back(broken_checkpoint(dir, "chinese_clip", kIndex));
  for (const char* name : {"clip", "blip"}) reader.forms.push_back(broken_header(dir, name));
  return reader;
}

Reader tokenizer_reader(const TempDir& dir) {
  constexpr auto kClip = TokenizerKind::clip;
  constexpr auto kWords = TokenizerKind::word_piece;
  constexpr auto kPieces = TokenizerKind::sentence_piece;
  return {"tokenizer",
          {broken_tokenizer(dir, "tokenizers/clip-json", "tokenizer.json", kClip, {tiny_clip_json()}),
           broken_tokenizer(dir, "checkpoints/clip", "vocab.json", kClip),
           broken_tokenizer(dir, "checkpoints/clip", "merges.txt", kClip),
           broken_tokenizer(dir, "tokenizers/bert-cased", "vocab.txt", kWords, {tiny_bert_vocabulary()}),
           broken_tokenizer(dir, "tokenizers/bert-lower", "tokenizer.json", kWords, {tiny_bert_json()}),
           broken_tokenizer(dir, "tokenizers/siglip-json", "tokenizer.json", kPieces,
                            {tiny_unigram_json(), tiny_steps_json()}),
           broken_tokenizer(dir, "tokenizers/gemma-json", "tokenizer.json", kPieces,
                            {tiny_gemma_json(), tiny_bytes_json()}),
           broken_tokenizer(dir, "tokenizers/siglip-pieces", "spiece.model", kPieces, {tiny_pieces(1)}),
           broken_tokenizer(dir, "tokenizers/gemma-pieces", "tokenizer.model", kPieces, {tiny_pieces(2)}),
           broken_tokenizer(dir, "tokenizers/bert-cased", "tokenizer_config.json", kWords),
           broken_tokenizer(dir, "tokenizers/siglip-pieces", "tokenizer_config.json", kPieces),
           broken_tokenizer(dir, "tokenizers/gemma-pieces", "tokenizer_config.json", kPieces),
           broken_tokenizer(dir, "checkpoints/clip", "tokenizer_config.json", kClip),
           broken_tokenizer(dir, "checkpoints/clip", "special_tokens_map.json", kClip)}};
}

}  // namespace attnviz::test
