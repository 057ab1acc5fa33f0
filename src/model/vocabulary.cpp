#include "model/vocabulary.hpp"

#include <optional>
#include <vector>

#include "arrays/limited_json.hpp"
#include "attnviz/core/error.hpp"

namespace attnviz::model {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxSurfaceBytes = 256;

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(ErrorCode::model, where, "vocabulary: " + what);
}

// `label`: the entry, for messages.
void add_text(Vocabulary& vocabulary, const json& text, VocabularyEntry meaning, const std::string& label,
              const std::string& where) {
  if (!text.is_string()) refuse(where, label + " has a text that is no string");
  const auto& surface = text.get_ref<const std::string&>();
  if (surface.empty() || surface.size() > kMaxSurfaceBytes) refuse(where, label + " has an empty or overlong text");
  if (vocabulary.find(surface) != nullptr) refuse(where, "'" + surface + "' comes twice");
  if (vocabulary.entries.size() == kMaxVocabulary) {
    refuse(where, "more than " + std::to_string(kMaxVocabulary) + " texts");
  }
  vocabulary.add(surface, meaning);
}

// `rows_seen`: [rows of the embedding], those that had an entry.
void add_entry(Vocabulary& vocabulary, const json& entry, std::vector<bool>& rows_seen, const std::string& label,
               const std::string& where) {
  const auto has = [&](const char* name) { return entry.is_object() && entry.contains(name); };
  if (!has("row") || !has("kind") || !has("texts")) refuse(where, label + " lacks its row, kind or texts");
  const json &given = entry["row"], &kind = entry["kind"], &texts = entry["texts"];
  const std::size_t row = given.is_number_unsigned() ? given.get<std::size_t>() : 0;
  if (row == 0 || row >= rows_seen.size()) {
    refuse(where, label + " has a row that is none of 1 to " + std::to_string(rows_seen.size() - 1) +
                      ", the rows of the embedding");
  }
  if (rows_seen[row]) refuse(where, label + " has the row of an entry before it");
  rows_seen[row] = true;
  const std::optional<WordKind> known = kind.is_string() ? parse_word_kind(kind.get<std::string>()) : std::nullopt;
  if (!known) refuse(where, label + " is of no kind of verb, colour, noun, material, size, place, other");
  if (!texts.is_array() || texts.empty()) refuse(where, label + " has no list of texts");
  for (const json& text : texts) add_text(vocabulary, text, {row, *known}, label, where);
}

}  // namespace

Vocabulary parse_vocabulary(const std::string& json_text, std::size_t num_rows, const std::string& where) {
  const json document = arrays::parse_json(json_text, {where}, "the vocabulary");
  if (!document.is_array()) refuse(where, "not a list");
  Vocabulary vocabulary;
  std::vector<bool> rows_seen(num_rows);
  std::size_t index = 0;
  for (const json& entry : document) {
    add_entry(vocabulary, entry, rows_seen, "entry " + std::to_string(index++), where);
  }
  return vocabulary;
}

}  // namespace attnviz::model
