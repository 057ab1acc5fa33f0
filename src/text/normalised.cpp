#include "text/normalised.hpp"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/edits.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

#include "attnviz/text/segment.hpp"
#include "text/icu.hpp"

namespace attnviz::text {
namespace {

icu::StringPiece piece(std::string_view text) { return {text.data(), static_cast<std::int32_t>(text.size())}; }

// NFKC, then lower case. `edits` receives what became of which bytes.
std::string fold(std::string_view utf8, icu::Edits& edits) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  check_icu(status);
  std::string composed, lower;
  icu::Edits composing, lowering;
  icu::StringByteSink<std::string> composed_sink(&composed), lower_sink(&lower);
  nfkc->normalizeUTF8(0, piece(utf8), composed_sink, &composing, status);
  icu::CaseMap::utf8ToLower("", 0, piece(composed), lower_sink, &lowering, status);
  edits.mergeAndAppend(composing, lowering, status);
  check_icu(status);
  return lower;
}

UChar32 first_character(std::string_view text) {
  UChar32 character = 0;
  std::int64_t next = 0;
  U8_NEXT_OR_FFFD(reinterpret_cast<const std::uint8_t*>(text.data()), next, static_cast<std::int64_t>(text.size()),
                  character);
  return character;
}

bool is_mark(UChar32 character) { return (U_GET_GC_MASK(character) & U_GC_M_MASK) != 0; }

// Every place where an edit begins or unchanged text starts a new character.
std::vector<Cut> cuts_of(const icu::Edits& edits, std::string_view folded) {
  std::vector<Cut> cuts;
  UErrorCode status = U_ZERO_ERROR;
  for (auto edit = edits.getFineIterator(); edit.next(status);) {
    const auto original = static_cast<std::size_t>(edit.sourceIndex());
    const auto normalised = static_cast<std::size_t>(edit.destinationIndex());
    const auto length = static_cast<std::size_t>(edit.newLength());
    for (std::size_t i = 0; i < (edit.hasChange() ? std::min<std::size_t>(length, 1) : length); ++i) {
      if (!U8_IS_TRAIL(folded[normalised + i])) cuts.push_back({original + i, normalised + i});
    }
  }
  check_icu(status);
  return cuts;
}

}  // namespace

std::optional<std::size_t> NormalisedText::cut_at(std::size_t normalised) const {
  const auto found = std::ranges::lower_bound(cuts, normalised, {}, &Cut::normalised);
  if (found == cuts.end() || found->normalised != normalised) return std::nullopt;
  return static_cast<std::size_t>(found - cuts.begin());
}

NormalisedText normalise_with_cuts(std::string_view utf8) {
  icu::Edits edits;
  const std::string folded = fold(utf8, edits);
  const std::vector<Cut> starts = cuts_of(edits, folded);
  NormalisedText out;
  bool after_space = false;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1].normalised : folded.size();
    const auto part = std::string_view(folded).substr(starts[i].normalised, end - starts[i].normalised);
    const UChar32 first = first_character(part);
    const bool is_space = u_isUWhiteSpace(first);
    const bool joins_previous = !out.cuts.empty() && (is_mark(first) || (is_space && after_space));
    if (!joins_previous) out.cuts.push_back({starts[i].original, out.text.size()});
    if (!is_space) out.text += part;
    if (is_space && !after_space) out.text += ' ';
    after_space = is_space;
  }
  if (out.cuts.empty()) out.cuts.push_back({0, 0});
  if (!utf8.empty()) out.cuts.push_back({utf8.size(), out.text.size()});
  return out;
}

std::string normalise(std::string_view utf8) {
  icu::Edits edits;
  return fold(utf8, edits);
}

}  // namespace attnviz::text
