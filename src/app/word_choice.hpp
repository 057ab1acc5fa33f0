// --word: which words are meant.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/words.hpp"

namespace attnviz::app {

// The words of that text or number; all without a choice. Error (usage) where there is none.
std::vector<std::size_t> chosen_words(const Words& words, const std::optional<std::string>& choice);

}  // namespace attnviz::app
