#include "model/checkpoint/tokenizer_files.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "attnviz/core/printable.hpp"
#include "model/checkpoint/sentencepiece_files.hpp"
#include "model/checkpoint/text_file.hpp"
#include "model/checkpoint/tokenizer_json.hpp"
#include "model/checkpoint/tokenizer_settings.hpp"
#include "text/tokenizers/bert_tokenizer.hpp"
#include "text/tokenizers/clip_tokenizer.hpp"
#include "text/utf8.hpp"

namespace attnviz::model::checkpoint {
namespace {

using nlohmann::json;
using std::filesystem::path;

constexpr std::size_t kMaxVocabularyBytes = 64 << 20;
constexpr std::size_t kMaxWordCharacters = 1000;
// CLIP's merges.txt was cut from a longer list; the original library reads no more of it than this.
constexpr std::size_t kClipMerges = 48'894;

bool has(const path& folder, const char* name) { return std::filesystem::exists(folder / name); }

[[noreturn]] void refuse_absent(const path& folder, const std::string& files) {
  throw Error(ErrorCode::model, folder.string(), "holds no tokenizer: neither " + files,
              "copy them from where the checkpoint comes from");
}

// Calls take(line) for each line, without its end.
template <typename Take>
void for_each_line(std::string_view text, const Take& take) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    take(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

void check_text(const TextFile& file) {
  text::check_utf8(file.text(), ErrorCode::model, file.source().name);
  if (file.text().find('\0') != std::string_view::npos) file.source().refuse("holds zero bytes: no text file");
}

// tokenizer.json, whose "model" must be of this type.
TokenizerJson read_json_of_type(const TextFile& file, const std::string& type, const std::string& needed_by) {
  TokenizerJson read = parse_tokenizer_json(file.text(), file.source());
  const json& given = read.model("type");
  if (given != type) {
    const std::string name = given.is_string() ? given.get<std::string>() : "none";
    file.source().refuse("is of type " + printable(name.substr(0, 60)) + " where " + needed_by + " needs " + type,
                         "is it another model's?");
  }
  return read;
}

// [first] text [last], where tokenizer.json does not say otherwise.
text::SpecialTokens frame(const text::TokenTable& vocabulary, const TokenizerSettings& settings,
                          std::pair<const char*, const char*> first, std::pair<const char*, const char*> last,
                          const arrays::Source& source) {
  text::SpecialTokens special;
  special.before.push_back(special_id(vocabulary, settings.token(first.first, first.second), source));
  special.after.push_back(special_id(vocabulary, settings.token(last.first, last.second), source));
  return special;
}

text::SpecialTokens clip_frame(const text::TokenTable& vocabulary, const TokenizerSettings& settings,
                               const arrays::Source& source) {
  return frame(vocabulary, settings, {"bos_token", "<|startoftext|>"}, {"eos_token", "<|endoftext|>"}, source);
}

std::unique_ptr<text::Tokenizer> read_clip_json(const path& folder, const TokenizerSettings& settings) {
  const TextFile file(folder / "tokenizer.json", kMaxVocabularyBytes);
  const arrays::Source& source = file.source();
  TokenizerJson read = read_json_of_type(file, "BPE", "CLIP");
  if (read.model_text("end_of_word_suffix") != "</w>" || !read.model_text("continuing_subword_prefix").empty()) {
    source.refuse("is no byte-pair encoding with '</w>' at the end of words, which CLIP needs",
                  "is it another model's?");
  }
  text::SpecialTokens special;
  if (!read_post_processor(read.document.value("post_processor", json()), read.vocabulary, special, source)) {
    special = clip_frame(read.vocabulary, settings, source);
  }
  const json& unknown = read.model("unk_token");
  special.unknown =
      special_id(read.vocabulary, unknown.is_string() ? unknown.get<std::string>() : "<|endoftext|>", source);
  special.padding = read.vocabulary.find(settings.token("pad_token", "<|endoftext|>"));
  special.added = read_added_tokens(read.document.value("added_tokens", json()), source);
  text::MergeTable merges = link_merges(read.merges, read.vocabulary, source);
  return text::make_clip_tokenizer(std::move(read.vocabulary), std::move(merges), std::move(special));
}

MergeList read_clip_merges(const TextFile& file) {
  check_text(file);
  MergeList merges;
  bool is_first = true;
  for_each_line(file.text(), [&](std::string_view line) {
    const bool is_header = std::exchange(is_first, false);
    if (is_header || line.empty() || merges.size() == kClipMerges) return;
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
      file.source().refuse("line " + std::to_string(merges.size() + 2) + " is no pair of tokens");
    }
    merges.add(line.substr(0, space), line.substr(space + 1));
  });
  return merges;
}

std::unique_ptr<text::Tokenizer> read_clip_lists(const path& folder, const TokenizerSettings& settings) {
  const TextFile vocabulary_file(folder / "vocab.json", kMaxVocabularyBytes);
  const TextFile merges_file(folder / "merges.txt", kMaxVocabularyBytes);
  const arrays::Source& source = vocabulary_file.source();
  text::TokenTable vocabulary = parse_vocabulary_json(vocabulary_file.text(), source);
  text::SpecialTokens special = clip_frame(vocabulary, settings, source);
  special.unknown = special_id(vocabulary, settings.token("unk_token", "<|endoftext|>"), source);
  special.padding = vocabulary.find(settings.token("pad_token", "<|endoftext|>"));
  special.added = read_added_tokens(settings.added_tokens(), source);
  text::MergeTable merges = link_merges(read_clip_merges(merges_file), vocabulary, merges_file.source());
  return text::make_clip_tokenizer(std::move(vocabulary), std::move(merges), std::move(special));
}

std::unique_ptr<text::Tokenizer> read_clip(const path& folder, const TokenizerSettings& settings) {
  if (has(folder, "tokenizer.json")) return read_clip_json(folder, settings);
  if (!has(folder, "vocab.json") || !has(folder, "merges.txt")) {
    refuse_absent(folder, "tokenizer.json nor vocab.json and merges.txt");
  }
  return read_clip_lists(folder, settings);
}

// As the original's class for BERT does it: what tokenizer_config.json says, else the class's defaults, win over
// tokenizer.json; only a tokenizer of no class goes by tokenizer.json.
text::BertRules bert_rules(const TokenizerSettings& settings, const json& normalizer) {
  text::BertRules rules;
  const auto flag = [&](const char* name) {
    const bool is_there = normalizer.is_object() && normalizer.contains(name) && normalizer[name].is_boolean();
    return is_there ? std::optional(normalizer[name].get<bool>()) : std::nullopt;
  };
  rules.clean_text = flag("clean_text").value_or(true);
  if (settings.is_class("PreTrainedTokenizerFast")) {
    rules.lower_case = flag("lowercase").value_or(true);
    rules.chinese_apart = flag("handle_chinese_chars").value_or(true);
    rules.strip_accents = flag("strip_accents");
  } else {
    rules.lower_case = settings.flag("do_lower_case").value_or(true);
    rules.chinese_apart = settings.flag("tokenize_chinese_chars").value_or(true);
    rules.strip_accents = settings.flag("strip_accents");
  }
  return rules;
}

text::SpecialTokens bert_frame(const text::TokenTable& vocabulary, const TokenizerSettings& settings,
                               const arrays::Source& source) {
  return frame(vocabulary, settings, {"cls_token", "[CLS]"}, {"sep_token", "[SEP]"}, source);
}

std::unique_ptr<text::Tokenizer> read_bert_json(const path& folder, const TokenizerSettings& settings) {
  const TextFile file(folder / "tokenizer.json", kMaxVocabularyBytes);
  const arrays::Source& source = file.source();
  TokenizerJson read = read_json_of_type(file, "WordPiece", "BERT");
  text::BertRules rules = bert_rules(settings, read.document.value("normalizer", json()));
  const json& continuation = read.model("continuing_subword_prefix");
  if (continuation.is_string()) rules.continuation = continuation.get<std::string>();
  const json& limit = read.model("max_input_chars_per_word");
  if (limit.is_number_unsigned()) rules.max_word_characters = limit.get<std::size_t>();
  if (rules.max_word_characters > kMaxWordCharacters || rules.continuation.size() > text::kMaxTokenBytes) {
    source.refuse("allows words or prefixes that are too long");
  }
  text::SpecialTokens special;
  if (!read_post_processor(read.document.value("post_processor", json()), read.vocabulary, special, source)) {
    special = bert_frame(read.vocabulary, settings, source);
  }
  const json& unknown = read.model("unk_token");
  special.unknown = special_id(read.vocabulary, unknown.is_string() ? unknown.get<std::string>() : "[UNK]", source);
  special.padding = read.vocabulary.find(settings.token("pad_token", "[PAD]"));
  special.added = read_added_tokens(read.document.value("added_tokens", json()), source);
  return text::make_bert_tokenizer(std::move(read.vocabulary), std::move(special), std::move(rules));
}

std::unique_ptr<text::Tokenizer> read_bert_list(const path& folder, const TokenizerSettings& settings) {
  const TextFile file(folder / "vocab.txt", kMaxVocabularyBytes);
  check_text(file);
  text::TokenTable vocabulary(file.text().size() / 6);
  std::size_t id = 0;
  for_each_line(file.text(), [&](std::string_view line) {
    if (vocabulary.add_or_move(line, id++) != text::TokenTable::Added::yes) {
      file.source().refuse("line " + std::to_string(id) + " is too long, or one of too many");
    }
  });
  text::SpecialTokens special = bert_frame(vocabulary, settings, file.source());
  special.unknown = special_id(vocabulary, settings.token("unk_token", "[UNK]"), file.source());
  special.padding = vocabulary.find(settings.token("pad_token", "[PAD]"));
  special.added = read_added_tokens(settings.added_tokens(), file.source());
  return text::make_bert_tokenizer(std::move(vocabulary), std::move(special), bert_rules(settings, {}));
}

std::unique_ptr<text::Tokenizer> read_bert(const path& folder, const TokenizerSettings& settings) {
  if (has(folder, "tokenizer.json")) return read_bert_json(folder, settings);
  if (!has(folder, "vocab.txt")) refuse_absent(folder, "tokenizer.json nor vocab.txt");
  return read_bert_list(folder, settings);
}

}  // namespace

std::unique_ptr<text::Tokenizer> read_tokenizer(const path& folder, TokenizerKind kind) {
  const TokenizerSettings settings(folder);
  switch (kind) {
    case TokenizerKind::clip:
      return read_clip(folder, settings);
    case TokenizerKind::word_piece:
      return read_bert(folder, settings);
    case TokenizerKind::sentence_piece:
      return read_sentencepiece(folder, settings);
  }
  throw std::logic_error("a kind of tokenizer that does not exist");
}

}  // namespace attnviz::model::checkpoint
