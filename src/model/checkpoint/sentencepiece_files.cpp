#include "model/checkpoint/sentencepiece_files.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "attnviz/core/error.hpp"
#include "attnviz/core/printable.hpp"
#include "model/checkpoint/sentencepiece_model.hpp"
#include "model/checkpoint/text_file.hpp"
#include "model/checkpoint/text_steps_json.hpp"
#include "model/checkpoint/tokenizer_json.hpp"
#include "text/tokenizers/sentencepiece_tokenizer.hpp"
#include "text/tokenizers/stepped_tokenizer.hpp"

namespace attnviz::model::checkpoint {
namespace {

using nlohmann::json;
using std::filesystem::path;

constexpr std::size_t kMaxFileBytes = 128 << 20;  // Gemma's tokenizer.json: 34 MB
constexpr double kUnknownPenalty = 10;

std::uint32_t unknown_id(const text::SentencePieceModel& model) {
  const auto found = std::ranges::find(model.kinds, text::SentencePieceModel::Kind::unknown);
  return static_cast<std::uint32_t>(found - model.kinds.begin());
}

std::unique_ptr<text::Tokenizer> read_siglip_pieces(const path& file_path, const TokenizerSettings& settings) {
  const TextFile file(file_path, kMaxFileBytes);
  text::SentencePieceModel model = parse_sentencepiece_model(file.text(), file.source());
  text::SpecialTokens special;
  special.after.push_back(special_id(model.vocabulary, settings.token("eos_token", "</s>"), file.source()));
  special.unknown = unknown_id(model);
  special.padding = model.vocabulary.find(settings.token("pad_token", "</s>"));
  special.added = read_added_tokens(settings.added_tokens(), file.source());
  return text::make_siglip_tokenizer(std::move(model), std::move(special),
                                     settings.flag("do_lower_case").value_or(true),
                                     settings.token("unk_token", "<unk>"));
}

// As Gemma's class does it: its settings, else its defaults, win over tokenizer.json.
void frame_gemma(text::SpecialTokens& special, const text::TokenTable& vocabulary, const TokenizerSettings& settings,
                 const arrays::Source& source) {
  special.before.clear();
  special.after.clear();
  if (settings.flag("add_bos_token").value_or(true)) {
    special.before.push_back(special_id(vocabulary, settings.token("bos_token", "<bos>"), source));
  }
  if (settings.flag("add_eos_token").value_or(false)) {
    special.after.push_back(special_id(vocabulary, settings.token("eos_token", "<eos>"), source));
  }
}

// The original looks for them in the text as it is given.
void add_user_defined(text::SpecialTokens& special, const text::SentencePieceModel& model) {
  for (std::size_t id = 0; id < model.kinds.size(); ++id) {
    if (model.kinds[id] != text::SentencePieceModel::Kind::user_defined) continue;
    special.added.add(model.vocabulary.text(id), id);
  }
}

std::unique_ptr<text::Tokenizer> read_gemma_pieces(const path& file_path, const TokenizerSettings& settings) {
  const TextFile file(file_path, kMaxFileBytes);
  text::SentencePieceModel model = parse_sentencepiece_model(file.text(), file.source());
  text::SpecialTokens special;
  frame_gemma(special, model.vocabulary, settings, file.source());
  special.unknown = unknown_id(model);
  special.padding = model.vocabulary.find(settings.token("pad_token", "<pad>"));
  add_user_defined(special, model);
  return text::make_gemma_tokenizer(std::move(model), std::move(special),
                                    settings.flag("do_lower_case").value_or(false));
}

bool model_flag(const TokenizerJson& read, const char* name) {
  const json& value = read.model(name);
  return value.is_boolean() && value.get<bool>();
}

bool joins_within_words(const TokenizerJson& read) {
  return !read.model_text("end_of_word_suffix").empty() || !read.model_text("continuing_subword_prefix").empty() ||
         model_flag(read, "ignore_merges");
}

text::Unigram unigram_of(TokenizerJson& read, const arrays::Source& source) {
  if (read.scores.empty()) source.refuse("has no vocabulary of [token, score]");
  const double lowest = *std::ranges::min_element(read.scores);
  return {.scores = std::move(read.scores), .unknown_score = lowest - kUnknownPenalty};
}

std::unique_ptr<text::Tokenizer> make_unigram(TokenizerJson& read, text::SpecialTokens special, text::TextSteps steps,
                                              const arrays::Source& source) {
  text::Unigram model = unigram_of(read, source);
  const json& unknown = read.model("unk_id");
  const std::size_t id = unknown.is_number_unsigned() ? unknown.get<std::size_t>() : text::kMaxTokenIds;
  if (!read.vocabulary.has(id)) source.refuse("has no unk_id");
  special.unknown = static_cast<std::uint32_t>(id);
  return text::make_unigram_tokenizer(std::move(read.vocabulary), std::move(special), std::move(steps),
                                      std::move(model), model_flag(read, "byte_fallback"));
}

std::unique_ptr<text::Tokenizer> make_pairs(TokenizerJson& read, text::SpecialTokens special, text::TextSteps steps,
                                            const arrays::Source& source) {
  const json& unknown = read.model("unk_token");
  special.unknown = special_id(read.vocabulary, unknown.is_string() ? unknown.get<std::string>() : "<unk>", source);
  text::MergeTable merges = link_merges(read.merges, read.vocabulary, source);
  return text::make_pair_tokenizer(std::move(read.vocabulary), std::move(special), std::move(steps), std::move(merges),
                                   model_flag(read, "byte_fallback"), model_flag(read, "fuse_unk"));
}

std::unique_ptr<text::Tokenizer> read_json(const path& file_path, const TokenizerSettings& settings) {
  const TextFile file(file_path, kMaxFileBytes);
  const arrays::Source& source = file.source();
  TokenizerJson read = parse_tokenizer_json(file.text(), source);
  const json& given = read.model("type");
  const std::string type = given.is_string() ? given.get<std::string>() : "none";
  if (type != "Unigram" && type != "BPE") {
    source.refuse("is of type " + printable(type.substr(0, 60)) + " where SigLIP needs Unigram or BPE",
                  "is it another model's?");
  }
  if (joins_within_words(read)) {
    source.refuse("is a byte-pair encoding of words, not of whole texts as Gemma's", "is it another model's?");
  }
  text::SpecialTokens special;
  read_post_processor(read.document.value("post_processor", json()), read.vocabulary, special, source);
  if (settings.is_class("Gemma")) frame_gemma(special, read.vocabulary, settings, source);
  special.padding = read.vocabulary.find(settings.token("pad_token", type == "BPE" ? "<pad>" : "</s>"));
  special.added = read_added_tokens(read.document.value("added_tokens", json()), source);
  text::TextSteps steps =
      read_text_steps(read.document.value("normalizer", json()), read.document.value("pre_tokenizer", json()), source);
  if (settings.flag("do_lower_case").value_or(false)) steps.change.insert(steps.change.begin(), text::lower_case);
  return type == "BPE" ? make_pairs(read, std::move(special), std::move(steps), source)
                       : make_unigram(read, std::move(special), std::move(steps), source);
}

}  // namespace

std::unique_ptr<text::Tokenizer> read_sentencepiece(const path& folder, const TokenizerSettings& settings) {
  if (settings.pads_left()) {
    throw Error(ErrorCode::model, (folder / "tokenizer_config.json").string(),
                "padding_side is left; SigLIP reads the last token of texts that are filled up on the right",
                "is it another model's?");
  }
  const auto has = [&](const char* name) { return std::filesystem::exists(folder / name); };
  if (has("spiece.model")) return read_siglip_pieces(folder / "spiece.model", settings);
  if (has("tokenizer.json")) return read_json(folder / "tokenizer.json", settings);
  if (has("tokenizer.model")) return read_gemma_pieces(folder / "tokenizer.model", settings);
  throw Error(ErrorCode::model, folder.string(),
              "holds no tokenizer: neither spiece.model nor tokenizer.json nor tokenizer.model",
              "copy them from where the checkpoint comes from");
}

}  // namespace attnviz::model::checkpoint
