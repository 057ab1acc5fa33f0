// The words that a model knows: surface forms and the embedding rows they stand for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>

#include "attnviz/core/words.hpp"

namespace attnviz {

struct VocabularyEntry {
  std::size_t row = 0;
  WordKind kind = WordKind::other;
};

struct Vocabulary {
  static constexpr std::size_t kUnknownRow = 0;

  // Keys are NFKC, lower case; English keys may hold single spaces ("pick up"). Several keys may share a row.
  std::unordered_map<std::string, VocabularyEntry> entries;
  std::size_t longest_key_bytes = 0;

  void add(std::string surface, VocabularyEntry entry);
  // Null where the vocabulary has no such surface.
  const VocabularyEntry* find(const std::string& surface) const;
};

}  // namespace attnviz
