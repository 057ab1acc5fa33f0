#include "text/tokenizers/text_steps.hpp"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/utext.h>

#include <algorithm>
#include <memory>

#include "text/icu.hpp"

namespace attnviz::text {
namespace {

constexpr std::size_t kGraphemeBytes = 6;

bool is_space(const Character& c) { return u_isUWhiteSpace(static_cast<UChar32>(c.code)) != 0; }

void append_all(Characters& out, std::u32string_view content, std::uint32_t begin, std::uint32_t end) {
  for (const char32_t code : content) out.push_back({code, begin, end});
}

struct CloseText {
  void operator()(UText* text) const { utext_close(text); }
};

// Byte offsets at which graphemes end.
std::vector<std::size_t> grapheme_ends(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  check_icu(status);
  const std::unique_ptr<UText, CloseText> text(
      utext_openUTF8(nullptr, utf8.data(), static_cast<std::int64_t>(utf8.size()), &status));
  breaks->setText(text.get(), status);
  check_icu(status);
  std::vector<std::size_t> ends;
  for (auto end = breaks->next(); end != icu::BreakIterator::DONE; end = breaks->next()) {
    ends.push_back(static_cast<std::size_t>(end));
  }
  return ends;
}

void append_mapped(const SpelledText& spelled, std::size_t begin, std::size_t end, const CharacterMap& map,
                   Characters& out) {
  const std::string_view utf8 = spelled.utf8;
  const auto replace = [&](std::size_t from, std::size_t to) {
    const CharacterMap::Match match = map.shortest(utf8.substr(from, to - from));
    if (match.length == 0) return false;
    const SpelledText::Span span = spelled.original(from, to);
    for (Character c : characters_of(match.replacement)) {
      out.push_back({c.code, static_cast<std::uint32_t>(span.begin), static_cast<std::uint32_t>(span.end)});
    }
    return true;
  };
  if (end - begin < kGraphemeBytes && replace(begin, end)) return;
  for (std::size_t i = spelled.character_at[begin]; begin < end; ++i) {
    std::size_t next = begin + 1;
    while (next < end && spelled.character_at[next] == i) ++next;
    if (!replace(begin, next)) out.push_back(spelled.characters[i]);
    begin = next;
  }
}

}  // namespace

bool CharacterPattern::contains(char32_t code) const {
  const bool in_range =
      std::ranges::any_of(ranges, [code](const auto& r) { return code >= r.first && code <= r.second; });
  return in_range || (holds_spaces && u_isUWhiteSpace(static_cast<UChar32>(code)) != 0);
}

TextStep replace_step(CharacterPattern pattern, std::u32string content) {
  return [pattern = std::move(pattern), content = std::move(content)](const Characters& text) {
    Characters out;
    out.reserve(text.size());
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = begin;
      while (end < text.size() && (pattern.repeats || end - begin < pattern.at_least) &&
             pattern.contains(text[end].code)) {
        ++end;
      }
      if (end - begin >= pattern.at_least) {
        append_all(out, content, text[begin].begin, text[end - 1].end);
      } else {
        end = begin + 1;
        out.push_back(text[begin]);
      }
      begin = end;
    }
    return out;
  };
}

TextStep strip_step(bool left, bool right) {
  return [left, right](const Characters& text) {
    auto begin = text.begin(), end = text.end();
    while (left && begin != end && is_space(*begin)) ++begin;
    while (right && begin != end && is_space(*(end - 1))) --end;
    return Characters(begin, end);
  };
}

TextStep prepend_step(std::u32string content) {
  return [content = std::move(content)](const Characters& text) {
    Characters out;
    if (!text.empty()) append_all(out, content, text.front().begin, text.front().begin);
    out.insert(out.end(), text.begin(), text.end());
    return out;
  };
}

TextStep map_step(CharacterMap map) {
  return [map = std::move(map)](const Characters& text) {
    const SpelledText spelled(text);
    Characters out;
    out.reserve(text.size());
    std::size_t begin = 0;
    for (const std::size_t end : grapheme_ends(spelled.utf8)) {
      append_mapped(spelled, begin, end, map, out);
      begin = end;
    }
    return out;
  };
}

WordStep metaspace_step(char32_t sign, Prepend prepend, bool split) {
  return [=](const Characters& given) {
    Characters text = given;
    for (Character& c : text) c.code = c.code == U' ' ? sign : c.code;
    if (prepend == Prepend::always && !text.empty() && text.front().code != sign) {
      text.insert(text.begin(), {sign, text.front().begin, text.front().begin});
    }
    std::vector<Characters> words(1);
    for (const Character& c : text) {
      if (split && c.code == sign && !words.back().empty()) words.emplace_back();
      words.back().push_back(c);
    }
    return words;
  };
}

WordStep cut_behind_step(char32_t delimiter) {
  return [delimiter](const Characters& text) {
    std::vector<Characters> words(1);
    for (const Character& c : text) {
      words.back().push_back(c);
      if (c.code == delimiter) words.emplace_back();
    }
    return words;
  };
}

WordStep cut_at_spaces_step() {
  return [](const Characters& text) {
    std::vector<Characters> words(1);
    for (const Character& c : text) {
      if (!is_space(c)) {
        words.back().push_back(c);
      } else if (!words.back().empty()) {
        words.emplace_back();
      }
    }
    return words;
  };
}

}  // namespace attnviz::text
