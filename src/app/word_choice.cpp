#include "app/word_choice.hpp"

#include "attnviz/core/error.hpp"

namespace attnviz::app {

std::vector<std::size_t> chosen_words(const Words& words, const std::optional<std::string>& choice) {
  std::vector<std::size_t> chosen;
  std::string known;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!choice || words[i].text == *choice) chosen.push_back(i);
    known += (i == 0 ? "" : ", ") + words[i].text;
  }
  for (std::size_t i = 0; chosen.empty() && i < words.size(); ++i) {
    if (std::to_string(i) == *choice) chosen.push_back(i);
  }
  if (chosen.empty()) {
    throw Error(ErrorCode::usage, "--word", "no word is '" + *choice + "'", "give one of them or its number: " + known);
  }
  return chosen;
}

}  // namespace attnviz::app
