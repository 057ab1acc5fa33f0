#include "text/tokenizers/characters.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <iterator>

#include "text/icu.hpp"

namespace attnviz::text {
namespace {

constexpr char32_t kDottedCapitalI = 0x130;  // the one character whose lower case is two: i and a dot above
constexpr char32_t kDotAbove = 0x307;

const icu::Normalizer2& normalizer(NormalForm form) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* found = nullptr;
  switch (form) {
    case NormalForm::nfc:
      found = icu::Normalizer2::getNFCInstance(status);
      break;
    case NormalForm::nfd:
      found = icu::Normalizer2::getNFDInstance(status);
      break;
    case NormalForm::nfkc:
      found = icu::Normalizer2::getNFKCInstance(status);
      break;
    case NormalForm::nfkd:
      found = icu::Normalizer2::getNFKDInstance(status);
      break;
  }
  check_icu(status);
  return *found;
}

// Characters [begin, end) that normalisation treats as one.
void append_normalised(const Characters& text, std::size_t begin, std::size_t end, const icu::Normalizer2& rule,
                       Characters& out) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString given;
  for (std::size_t i = begin; i < end; ++i) given.append(static_cast<UChar32>(text[i].code));
  const icu::UnicodeString changed = rule.normalize(given, status);
  check_icu(status);
  if (changed == given) {
    std::copy(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end),
              std::back_inserter(out));
    return;
  }
  for (std::int32_t i = 0; i < changed.length(); i = changed.moveIndex32(i, 1)) {
    out.push_back({static_cast<char32_t>(changed.char32At(i)), text[begin].begin, text[end - 1].end});
  }
}

}  // namespace

Characters characters_of(std::string_view utf8) {
  Characters out;
  out.reserve(utf8.size());
  const auto* data = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto length = static_cast<std::int64_t>(utf8.size());
  for (std::int64_t next = 0; next < length;) {
    const auto begin = static_cast<std::uint32_t>(next);
    UChar32 code = 0;
    U8_NEXT_OR_FFFD(data, next, length, code);
    out.push_back({static_cast<char32_t>(code), begin, static_cast<std::uint32_t>(next)});
  }
  return out;
}

Characters normalised(const Characters& text, NormalForm form) {
  const icu::Normalizer2& rule = normalizer(form);
  Characters out;
  out.reserve(text.size());
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin + 1;
    while (end < text.size() && !rule.hasBoundaryBefore(static_cast<UChar32>(text[end].code))) ++end;
    append_normalised(text, begin, end, rule, out);
    begin = end;
  }
  return out;
}

Characters lower_case(const Characters& text) {
  Characters out;
  out.reserve(text.size());
  for (const Character& given : text) {
    Character lower = given;
    lower.code =
        given.code == kDottedCapitalI ? U'i' : static_cast<char32_t>(u_tolower(static_cast<UChar32>(given.code)));
    out.push_back(lower);
    if (given.code == kDottedCapitalI) out.push_back({kDotAbove, given.begin, given.end});
  }
  return out;
}

void append_utf8(std::string& out, char32_t code) {
  char bytes[U8_MAX_LENGTH];
  std::int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, static_cast<UChar32>(code));
  out.append(bytes, static_cast<std::size_t>(length));
}

SpelledText::SpelledText(const Characters& text) : characters(text) {
  utf8.reserve(2 * text.size());
  character_at.reserve(2 * text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    append_utf8(utf8, text[i].code);
    character_at.resize(utf8.size(), static_cast<std::uint32_t>(i));
  }
}

SpelledText::Span SpelledText::original(std::size_t begin, std::size_t end) const {
  return {characters[character_at[begin]].begin, characters[character_at[end - 1]].end};
}

}  // namespace attnviz::text
