#include "app/font_warning.hpp"

#include <string>

namespace attnviz::app {
namespace {

constexpr const char* kCjkFont = "fonts-noto-cjk";

Warning warning_of(const Word& word, std::size_t index, render::Obstacle obstacle) {
  const std::string quoted = "'" + word.text + "'";
  if (obstacle == render::Obstacle::right_to_left) {
    return {"right-to-left",
            quoted + " is written from right to left, which pictures cannot show; they show the word's number", index,
            ""};
  }
  const std::string font = obstacle == render::Obstacle::no_cjk_font ? kCjkFont : "";
  return {"no-font",
          "no installed font can draw " + quoted + "; pictures show the word's number (install one that has it" +
              (font.empty() ? ")" : ", for example " + font + ")"),
          std::nullopt, font};
}

}  // namespace

std::optional<Warning> font_warning(const Words& words, const render::Labels& labels) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const render::Obstacle obstacle = labels.obstacle(words[i].text);
    if (obstacle != render::Obstacle::none) return warning_of(words[i], i, obstacle);
  }
  return std::nullopt;
}

}  // namespace attnviz::app
