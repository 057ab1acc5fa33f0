#include "app/font_warning.hpp"

namespace attnviz::app {

std::optional<Warning> font_warning(const Words& words, const render::Labels& labels) {
  for (const Word& word : words) {
    if (labels.can_draw(word.text)) continue;
    return Warning{"no-font",
                   "no installed font can draw '" + word.text +
                       "'; pictures show the word's number (install one that has it; for Chinese: fonts-noto-cjk)",
                   std::nullopt, ""};
  }
  return std::nullopt;
}

}  // namespace attnviz::app
