#include "model/vocabulary.hpp"

#include "attnviz/core/error.hpp"
#include "model/limited_json.hpp"

namespace attnviz::model {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxSurfaceBytes = 256;

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(ErrorCode::model, where, "vocabulary: " + what);
}

void add_entry(Vocabulary& vocabulary, const json& entry, std::size_t num_rows, const std::string& where) {
  if (!entry.is_object() || !entry.contains("text") || !entry.contains("row") || !entry.contains("kind") ||
      !entry["text"].is_string() || !entry["kind"].is_string()) {
    refuse(where, "entry " + std::to_string(vocabulary.entries.size()) + " lacks a proper text, row or kind");
  }
  const auto& text = entry["text"].get_ref<const std::string&>();
  if (text.empty() || text.size() > kMaxSurfaceBytes) {
    refuse(where, "entry " + std::to_string(vocabulary.entries.size()) + " has an empty or overlong text");
  }
  const json& row = entry["row"];
  if (!row.is_number_unsigned() || row.get<std::size_t>() >= num_rows || row.get<std::size_t>() == 0) {
    refuse(where, "the row of '" + text + "' is not one of 1 to " + std::to_string(num_rows - 1) +
                      ", the rows of the embedding");
  }
  const std::optional<WordKind> kind = parse_word_kind(entry["kind"].get_ref<const std::string&>());
  if (!kind) refuse(where, "the kind of '" + text + "' is none of verb, colour, noun, material, size, place, other");
  if (vocabulary.find(text) != nullptr) refuse(where, "'" + text + "' comes twice");
  vocabulary.add(text, {row.get<std::size_t>(), *kind});
}

}  // namespace

Vocabulary parse_vocabulary(const std::string& json_text, std::size_t num_rows, const std::string& where) {
  const json document = parse_json(json_text, where, "the vocabulary");
  if (!document.is_array()) refuse(where, "not a list");
  if (document.size() > kMaxVocabulary) refuse(where, "more than " + std::to_string(kMaxVocabulary) + " entries");
  Vocabulary vocabulary;
  vocabulary.entries.reserve(document.size());
  for (const json& entry : document) add_entry(vocabulary, entry, num_rows, where);
  return vocabulary;
}

}  // namespace attnviz::model
