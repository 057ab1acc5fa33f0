#include "model/checkpoint/text_steps_json.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "attnviz/core/printable.hpp"

namespace attnviz::model::checkpoint {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxSteps = 32;
// By how much all steps together may lengthen a text. A character map's longest replacement has 18 characters.
constexpr std::size_t kMaxGrowth = 100, kMapGrowth = 20;

std::u32string characters(const std::string& utf8) {
  std::u32string out;
  for (const text::Character& c : text::characters_of(utf8)) out += c.code;
  return out;
}

std::string string_of(const json& object, const char* name) {
  const bool is_there = object.is_object() && object.contains(name) && object[name].is_string();
  return is_there ? object[name].get<std::string>() : std::string();
}

bool flag_of(const json& object, const char* name, bool otherwise) {
  const bool is_there = object.is_object() && object.contains(name) && object[name].is_boolean();
  return is_there ? object[name].get<bool>() : otherwise;
}

// The one character of a setting; empty where it is of another length.
std::optional<char32_t> character_of(const json& object, const char* name) {
  const std::u32string given = characters(string_of(object, name));
  return given.size() == 1 ? std::optional(given[0]) : std::nullopt;
}

// Regular expressions that are one class of characters: [...] with ranges and escapes, \s, or a plain character, then
// nothing, + or {n,}.
class ClassParser {
public:
  explicit ClassParser(const std::string& expression) : rest_(characters(expression)) {}

  std::optional<text::CharacterPattern> parse() {
    const bool is_set = take(U'[');
    if (is_set && peek() == U'^') return std::nullopt;
    if (!is_set && std::u32string_view(U".^$|()*+?{}").find(peek()) != std::u32string_view::npos) return std::nullopt;
    do {
      if (!member(is_set)) return std::nullopt;
    } while (is_set && !take(U']'));
    return repeats() && at_ == rest_.size() ? std::optional(pattern_) : std::nullopt;
  }

private:
  char32_t peek() const { return at_ < rest_.size() ? rest_[at_] : U'\0'; }
  bool take(char32_t c) {
    if (peek() != c || at_ == rest_.size()) return false;
    ++at_;
    return true;
  }

  std::optional<char32_t> plain() {
    if (at_ == rest_.size()) return std::nullopt;
    const bool is_escaped = take(U'\\');
    const char32_t c = peek();
    const bool is_letter = (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9');
    if (at_ == rest_.size() || (is_escaped && is_letter) || (!is_escaped && c == U'[')) return std::nullopt;
    ++at_;
    return c;
  }

  bool member(bool in_set) {
    if (rest_.compare(at_, 2, U"\\s") == 0) {
      pattern_.holds_spaces = true;
      at_ += 2;
      return true;
    }
    const std::optional<char32_t> first = plain();
    if (!first) return false;
    std::optional<char32_t> last = first;
    const bool is_range = in_set && peek() == U'-' && at_ + 1 < rest_.size() && rest_[at_ + 1] != U']';
    if (is_range) {
      ++at_;
      last = plain();
    }
    if (!last || *last < *first) return false;
    pattern_.ranges.emplace_back(*first, *last);
    return true;
  }

  bool repeats() {
    if (take(U'+')) return pattern_.repeats = true;
    if (!take(U'{')) return true;
    const char32_t digit = peek();
    if (digit < U'1' || digit > U'9') return false;
    pattern_.at_least = digit - U'0';
    ++at_;
    pattern_.repeats = take(U',');
    return pattern_.repeats && take(U'}');
  }

  std::u32string rest_;
  std::size_t at_ = 0;
  text::CharacterPattern pattern_;
};

std::optional<std::string> from_base64(const std::string& text) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : std::string_view(text).substr(0, text.find('='))) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xFF);
  }
  return out;
}

class StepReader {
public:
  explicit StepReader(const arrays::Source& source) : source_(source) {}

  text::TextSteps steps;

  void add_normalizer(const json& given) {
    if (given.is_null() || add_sequence(given, "normalizers", &StepReader::add_normalizer)) return;
    const std::string type = string_of(given, "type");
    if (type == "Lowercase") {
      add(text::TextStep(text::lower_case));
    } else if (const auto form = normal_form(type)) {
      add([form = *form](const text::Characters& text) { return text::normalised(text, form); });
    } else if (type == "Replace") {
      add(replace(given));
    } else if (type == "Strip") {
      add(text::strip_step(flag_of(given, "strip_left", true), flag_of(given, "strip_right", true)));
    } else if (type == "Prepend") {
      const std::u32string content = characters(string_of(given, "prepend"));
      grow(1 + content.size() / 8);
      add(text::prepend_step(content));
    } else if (type == "Precompiled") {
      add(map(given));
    } else {
      refuse("normalizer", type);
    }
  }

  void add_pre_tokenizer(const json& given) {
    if (given.is_null() || add_sequence(given, "pretokenizers", &StepReader::add_pre_tokenizer)) return;
    const std::string type = string_of(given, "type");
    if (type == "Metaspace") {
      add(metaspace(given));
    } else if (type == "WhitespaceSplit") {
      add(text::cut_at_spaces_step());
    } else if (type == "Split") {
      const auto delimiter = given.contains("pattern") ? character_of(given["pattern"], "String") : std::nullopt;
      if (!delimiter || string_of(given, "behavior") != "MergedWithPrevious" || flag_of(given, "invert", false)) {
        refuse("pre_tokenizer", "Split by other than one character");
      }
      add(text::cut_behind_step(*delimiter));
    } else {
      refuse("pre_tokenizer", type);
    }
  }

private:
  [[noreturn]] void refuse(const std::string& what, const std::string& type) const {
    source_.refuse("has a " + what + " that attnviz does not know: '" + printable(type.substr(0, 60)) + "'");
  }

  bool add_sequence(const json& given, const char* list, void (StepReader::*add_one)(const json&)) {
    if (string_of(given, "type") != "Sequence" || !given.contains(list) || !given[list].is_array()) return false;
    for (const json& one : given[list]) (this->*add_one)(one);
    return true;
  }

  void count_step() {
    if (steps.change.size() + steps.cut.size() == kMaxSteps) source_.refuse("has too many steps before its model");
  }
  void add(text::TextStep step) {
    count_step();
    steps.change.push_back(std::move(step));
  }
  void add(text::WordStep step) {
    count_step();
    steps.cut.push_back(std::move(step));
  }

  void grow(std::size_t factor) {
    growth_ *= std::max<std::size_t>(factor, 1);
    if (factor > kMaxGrowth || growth_ > kMaxGrowth) source_.refuse("has steps that make texts far too long");
  }

  static std::optional<text::NormalForm> normal_form(const std::string& type) {
    if (type == "NFC") return text::NormalForm::nfc;
    if (type == "NFD") return text::NormalForm::nfd;
    if (type == "NFKC") return text::NormalForm::nfkc;
    return type == "NFKD" ? std::optional(text::NormalForm::nfkd) : std::nullopt;
  }

  text::TextStep replace(const json& given) {
    const json pattern = given.value("pattern", json());
    const std::u32string content = characters(string_of(given, "content"));
    const std::string expression = string_of(pattern, "Regex");
    std::optional<text::CharacterPattern> parsed;
    if (const auto plain = character_of(pattern, "String")) {
      parsed = text::CharacterPattern{.ranges = {{*plain, *plain}}};
    } else if (!expression.empty()) {
      parsed = ClassParser(expression).parse();
    }
    if (!parsed) refuse("normalizer", "Replace " + pattern.dump());
    grow(content.size());
    return text::replace_step(*std::move(parsed), content);
  }

  text::TextStep map(const json& given) {
    const std::optional<std::string> blob = from_base64(string_of(given, "precompiled_charsmap"));
    std::optional<text::CharacterMap> parsed = blob ? text::CharacterMap::parse(*blob) : std::nullopt;
    if (!parsed) source_.refuse("its precompiled_charsmap is broken");
    grow(kMapGrowth);
    return text::map_step(*std::move(parsed));
  }

  text::WordStep metaspace(const json& given) {
    const auto sign = character_of(given, "replacement");
    std::string scheme = string_of(given, "prepend_scheme");
    if (scheme.empty()) scheme = flag_of(given, "add_prefix_space", true) ? "always" : "never";
    if (!sign || (scheme != "always" && scheme != "never"))
      refuse("pre_tokenizer", "Metaspace that prepends " + scheme);
    const text::Prepend prepend = scheme == "always" ? text::Prepend::always : text::Prepend::never;
    return text::metaspace_step(*sign, prepend, flag_of(given, "split", true));
  }

  const arrays::Source& source_;
  std::size_t growth_ = 1;
};

}  // namespace

text::TextSteps read_text_steps(const json& normalizer, const json& pre_tokenizer, const arrays::Source& source) {
  StepReader reader(source);
  reader.add_normalizer(normalizer);
  reader.add_pre_tokenizer(pre_tokenizer);
  return std::move(reader.steps);
}

}  // namespace attnviz::model::checkpoint
