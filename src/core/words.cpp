#include "attnviz/core/words.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "attnviz/core/vocabulary.hpp"

namespace attnviz {
namespace {

constexpr std::array<std::pair<WordKind, const char*>, 7> kKindNames{{
    {WordKind::verb, "verb"},
    {WordKind::colour, "colour"},
    {WordKind::noun, "noun"},
    {WordKind::material, "material"},
    {WordKind::size, "size"},
    {WordKind::place, "place"},
    {WordKind::other, "other"},
}};

}  // namespace

const char* to_string(WordKind kind) {
  for (const auto& [value, name] : kKindNames) {
    if (value == kind) return name;
  }
  return "other";
}

std::optional<WordKind> parse_word_kind(const std::string& name) {
  for (const auto& [value, known_name] : kKindNames) {
    if (name == known_name) return value;
  }
  return std::nullopt;
}

void Vocabulary::add(std::string surface, VocabularyEntry entry) {
  longest_key_bytes = std::max(longest_key_bytes, surface.size());
  entries.insert_or_assign(std::move(surface), entry);
}

const VocabularyEntry* Vocabulary::find(const std::string& surface) const {
  const auto found = entries.find(surface);
  return found == entries.end() ? nullptr : &found->second;
}

}  // namespace attnviz
