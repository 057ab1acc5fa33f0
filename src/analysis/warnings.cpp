// What a reader should be told before believing a map or a target.
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "attnviz/analysis/readout.hpp"
#include "attnviz/core/vocabulary.hpp"

namespace attnviz::analysis {
namespace {

constexpr double kMuchSink = 0.25;

// What an unknown word was taken for: the pieces of it that the vocabulary holds; may be none.
std::string read_as(const Word& word) {
  std::string pieces;
  for (const Token& token : word.tokens) {
    if (token.row != Vocabulary::kUnknownRow) pieces += (pieces.empty() ? "" : " + ") + token.text;
  }
  return pieces;
}

std::string percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f %%", share * 100);
  return text;
}

// A function word names nothing by rights, and so does a place ("beside") that no thing is at.
bool may_name_nothing(const Word& word) { return word.kind == WordKind::other || word.kind == WordKind::place; }

// Of a known word that should name something. The first that applies: a map that means nothing needs no second doubt.
std::optional<Warning> doubt(const Word& word, std::size_t index, const WordReading& reading, const Honesty& honesty) {
  const std::string quoted = "'" + word.text + "'";
  if (reading.nothing.value_or(0) > honesty.nothing) {
    const std::string share = percent(*reading.nothing);
    return Warning{"nothing-here", quoted + " seems to name nothing in this image (" + share + " of its attention)",
                   index, share};
  }
  if (reading.entropy > honesty.diffuse) {
    return Warning{"diffuse", quoted + " looks everywhere and nowhere: its map has no focus", index, ""};
  }
  if (reading.agreement.value_or(1) < honesty.heads) {
    return Warning{"heads-disagree", quoted + " is seen in different places by the heads: its map is their mean", index,
                   ""};
  }
  if (reading.sink > kMuchSink) {
    const std::string share = percent(reading.sink);
    return Warning{"sink", quoted + " gives " + share + " of its weight to patches that draw every word (--relative)",
                   index, share};
  }
  return std::nullopt;
}

Warning unknown_word(const Word& word, std::size_t index) {
  std::string pieces = read_as(word);
  std::string message = "'" + word.text + "' is not in the model's vocabulary";
  if (!pieces.empty()) message += ", read as '" + pieces + "'";
  return {"unknown-word", std::move(message), index, std::move(pieces)};
}

}  // namespace

std::vector<Warning> word_warnings(const Words& words, const std::vector<WordReading>& readings,
                                   const Honesty& honesty) {
  std::vector<Warning> warnings;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].known) {  // what an unknown word looks at means little
      warnings.push_back(unknown_word(words[i], i));
    } else if (!may_name_nothing(words[i])) {
      if (auto warning = doubt(words[i], i, readings[i], honesty)) warnings.push_back(std::move(*warning));
    }
  }
  return warnings;
}

std::optional<Warning> target_warning(const Words& words, const Target& target, const Honesty& honesty) {
  const auto verb = std::ranges::find(words, WordKind::verb, &Word::kind);
  if (verb == words.end()) return std::nullopt;  // nothing is to be done: no place need be singled out
  const auto index = static_cast<std::size_t>(verb - words.begin());
  const std::string quoted = "'" + verb->text + "'";
  if (target.score < honesty.target) {
    return Warning{"target-unsure", quoted + " has no sure target: even the best place has a low score", index, ""};
  }
  if (target.rival > honesty.rival * target.score) {
    return Warning{"target-not-alone", quoted + " has no single target: another place is nearly as likely", index, ""};
  }
  return std::nullopt;
}

}  // namespace attnviz::analysis
