// Checks that bytes are well-formed UTF-8 (Unicode, table 3-7: no overlong forms, no surrogates, nothing above
// U+10FFFF).
#pragma once

#include <string>
#include <string_view>

#include "attnviz/core/error.hpp"

namespace attnviz::text {

// Throws Error(code) that names the first byte, counted from 0, where the text stops being UTF-8.
void check_utf8(std::string_view bytes, ErrorCode code, const std::string& where);

// Text of the user for use in an error message: in quotes, one line, shortened where long. `utf8` must be valid.
std::string quoted(std::string_view utf8);

}  // namespace attnviz::text
