#include "text/traced.hpp"

#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdint>

#include "text/icu.hpp"

namespace attnviz::text {
namespace {

UChar32 code(char32_t character) { return static_cast<UChar32>(character); }

void append_all(const icu::UnicodeString& characters, std::size_t begin, std::size_t end, TracedText& out) {
  for (std::int32_t i = 0; i < characters.length(); i = characters.moveIndex32(i, 1)) {
    out.push_back({static_cast<char32_t>(characters.char32At(i)), begin, end});
  }
}

// Characters between two boundaries of the normaliser never mix with those outside.
TracedText normalise(const TracedText& text, const icu::Normalizer2& normaliser) {
  TracedText out;
  out.reserve(text.size());
  UErrorCode status = U_ZERO_ERROR;
  for (std::size_t begin = 0; begin < text.size();) {
    icu::UnicodeString part(code(text[begin].character));
    std::size_t end = begin + 1;
    for (; end < text.size() && !normaliser.hasBoundaryBefore(code(text[end].character)); ++end) {
      part.append(code(text[end].character));
    }
    const icu::UnicodeString normal = normaliser.normalize(part, status);
    if (normal == part) {
      out.insert(out.end(), text.begin() + static_cast<std::ptrdiff_t>(begin),
                 text.begin() + static_cast<std::ptrdiff_t>(end));
    } else {
      append_all(normal, text[begin].byte_begin, text[end - 1].byte_end, out);
    }
    begin = end;
  }
  check_icu(status);
  return out;
}

}  // namespace

TracedText trace(std::string_view utf8) {
  TracedText text;
  text.reserve(utf8.size());
  const auto* data = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto length = static_cast<std::int64_t>(utf8.size());
  for (std::int64_t next = 0; next < length;) {
    const auto begin = static_cast<std::size_t>(next);
    UChar32 character = 0;
    U8_NEXT_OR_FFFD(data, next, length, character);
    text.push_back({static_cast<char32_t>(character), begin, static_cast<std::size_t>(next)});
  }
  return text;
}

TracedText compose(const TracedText& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfc = icu::Normalizer2::getNFCInstance(status);
  check_icu(status);
  return normalise(text, *nfc);
}

TracedText decompose(const TracedText& text) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfd = icu::Normalizer2::getNFDInstance(status);
  check_icu(status);
  return normalise(text, *nfd);
}

TracedText lower_case(const TracedText& text) {
  TracedText out;
  out.reserve(text.size());
  for (const TracedCharacter& traced : text) {
    icu::UnicodeString lower(code(traced.character));
    append_all(lower.toLower(icu::Locale::getRoot()), traced.byte_begin, traced.byte_end, out);
  }
  return out;
}

void append_utf8(char32_t character, std::string& out) {
  std::array<std::uint8_t, U8_MAX_LENGTH> bytes{};
  std::size_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, character);
  out.append(bytes.begin(), bytes.begin() + length);
}

std::string to_utf8(std::span<const TracedCharacter> text) {
  std::string out;
  for (const TracedCharacter& traced : text) append_utf8(traced.character, out);
  return out;
}

}  // namespace attnviz::text
