// ICU's status codes as exceptions. A failure is a broken installation of ICU, nothing that an instruction can cause.
#pragma once

#include <unicode/utypes.h>

#include <stdexcept>
#include <string>

namespace attnviz::text {

inline void check_icu(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
}

}  // namespace attnviz::text
