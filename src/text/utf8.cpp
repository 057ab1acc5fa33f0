#include "text/utf8.hpp"

#include <unicode/utf8.h>

#include <cstdint>

namespace attnviz::text {
namespace {

constexpr std::size_t kMaxQuotedBytes = 60;

}  // namespace

void check_utf8(std::string_view bytes, ErrorCode code, const std::string& where) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const auto length = static_cast<std::int64_t>(bytes.size());
  for (std::int64_t next = 0; next < length;) {
    const std::int64_t begin = next;
    UChar32 character = 0;
    U8_NEXT(data, next, length, character);
    if (character < 0) {
      throw Error(code, where, "invalid UTF-8 at byte " + std::to_string(begin), "pass the text in UTF-8");
    }
  }
}

std::string quoted(std::string_view utf8) {
  std::size_t end = utf8.size();
  if (end > kMaxQuotedBytes) {
    end = kMaxQuotedBytes;
    while (end > 0 && U8_IS_TRAIL(utf8[end])) --end;
  }
  std::string out = "'";
  for (const char c : utf8.substr(0, end)) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    out += is_control ? '?' : c;
  }
  return out + (end < utf8.size() ? "...'" : "'");
}

}  // namespace attnviz::text
