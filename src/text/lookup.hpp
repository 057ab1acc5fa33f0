// Finding a surface in the vocabulary as it stands, or in its plain form: cups -> cup, boxes -> box, cup's -> cup.
#pragma once

#include <string>

#include "attnviz/core/vocabulary.hpp"

namespace attnviz::text {

struct Match {
  const VocabularyEntry* entry = nullptr;  // null: the vocabulary has neither; borrowed from it
  std::string key;                         // as the vocabulary spells it
  bool is_exact = false;

  explicit operator bool() const { return entry != nullptr; }
};

// `surface` is normalised.
Match look_up(const Vocabulary& vocabulary, std::string surface);

}  // namespace attnviz::text
