#include "attnviz/text/segment.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/error.hpp"
#include "text/lattice.hpp"
#include "text/utf8.hpp"

namespace attnviz::text {
namespace {

constexpr const char* kInstruction = "instruction";
constexpr const char* kWordsOption = "--words";

void check_text(std::string_view text, ErrorCode code, const std::string& where) {
  if (text.empty()) throw Error(code, where, "is empty", "say what to look for, for example 'pick up the red cup'");
  if (text.size() > kMaxInstructionBytes) {
    throw Error(
        code, where,
        "is " + std::to_string(text.size()) + " bytes long, the limit is " + std::to_string(kMaxInstructionBytes),
        "shorten it");
  }
  check_utf8(text, code, where);
}

void check_word_count(std::size_t count, ErrorCode code, const std::string& where) {
  if (count <= kMaxWords) return;
  throw Error(code, where, "has " + std::to_string(count) + " words, the limit is " + std::to_string(kMaxWords),
              "shorten it");
}

// Normalised as the instruction is, without white space at the ends.
std::string normalised_word(std::string_view word) {
  const std::string text = normalise_with_cuts(word).text;
  std::string_view rest = text;
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest.ends_with(' ')) rest.remove_suffix(1);
  return std::string(rest);
}

std::string trimmed(std::string_view word) {
  const std::size_t begin = std::min(word.find_first_not_of(" \t"), word.size());
  return std::string(word.substr(begin, word.find_last_not_of(" \t") + 1 - begin));
}

// `plain`: what becomes of each part.
template <typename Plain>
std::vector<std::string> split_words(std::string_view words, const Plain& plain) {
  check_text(words, ErrorCode::usage, kWordsOption);
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= words.size();) {
    const std::size_t end = std::min(words.find('|', begin), words.size());
    parts.push_back(plain(words.substr(begin, end - begin)));
    if (parts.back().empty()) {
      throw Error(ErrorCode::usage, kWordsOption, "word " + std::to_string(parts.size()) + " is empty",
                  "put one '|' between two words and none at the ends");
    }
    begin = end + 1;
  }
  check_word_count(parts.size(), ErrorCode::usage, kWordsOption);
  return parts;
}

struct Found {
  std::size_t begin = 0, end = 0;  // cut indices
};

// The first place from cut `from` on where the instruction says `word`; rather one that tears no word ("cup" in "the
// cupboard and the cup") than one that does.
std::optional<Found> find_word(const Lattice& lattice, const std::string& word, std::size_t from) {
  const NormalisedText& text = lattice.text();
  std::optional<Found> torn;
  for (std::size_t at = text.text.find(word, text.cuts[from].normalised); at != std::string::npos;
       at = text.text.find(word, at + 1)) {
    const auto begin = text.cut_at(at), end = text.cut_at(at + word.size());
    if (!begin || !end) continue;
    if (lattice.is_node(*begin) && lattice.is_node(*end)) return Found{*begin, *end};
    if (!torn) torn = Found{*begin, *end};
  }
  return torn;
}

[[noreturn]] void throw_not_found(const Lattice& lattice, const std::string& word, const Words& before) {
  const bool is_elsewhere = find_word(lattice, word, 0).has_value();
  const std::string what = is_elsewhere ? quoted(word) + " does not come after " + quoted(before.back().text)
                                        : quoted(word) + " does not occur";
  throw Error(ErrorCode::usage, kWordsOption, what + " in the instruction",
              "write the words as the instruction has them, in its order");
}

}  // namespace

Words segment(std::string_view instruction, const Vocabulary& vocabulary) {
  check_text(instruction, ErrorCode::input, kInstruction);
  const Lattice lattice(normalise_with_cuts(instruction), vocabulary);
  const auto spans = lattice.best_words();
  if (spans.empty()) {
    throw Error(ErrorCode::input, kInstruction, "holds no words, only spaces or punctuation",
                "say what to look for, for example 'pick up the red cup'");
  }
  check_word_count(spans.size(), ErrorCode::input, kInstruction);
  Words words;
  for (const auto& [begin, end] : spans) words.push_back(lattice.make_word(instruction, begin, end));
  return words;
}

Words segment_as(std::string_view instruction, std::string_view words, const Vocabulary& vocabulary) {
  check_text(instruction, ErrorCode::input, kInstruction);
  const std::vector<std::string> parts = split_words(words, normalised_word);
  const Lattice lattice(normalise_with_cuts(instruction), vocabulary);
  Words out;
  std::size_t from = 0;
  for (const std::string& part : parts) {
    const auto found = find_word(lattice, part, from);
    if (!found) throw_not_found(lattice, part, out);
    out.push_back(lattice.make_word(instruction, found->begin, found->end));
    from = found->end;
  }
  return out;
}

GivenWords given_words(std::string_view words) { return given_words(split_words(words, trimmed)); }

GivenWords given_words(const std::vector<std::string>& texts) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  GivenWords given;
  for (const std::string& text : texts) {
    std::string& said = given.instruction;
    if (!said.empty() && (is_ascii(said.back()) || is_ascii(text.front()))) said += ' ';
    Word word{text, said.size(), said.size() + text.size(), {{text, 0}}, true, std::nullopt};
    said += text;
    given.words.push_back(std::move(word));
  }
  return given;
}

}  // namespace attnviz::text
