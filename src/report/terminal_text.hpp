// Text of users and files on its way to a terminal.
#pragma once

#include <string>

namespace attnviz::report {

// So that it cannot move the cursor, change colours or start lines: C0 and C1 control characters become '?'.
std::string harmless(const std::string& text);

}  // namespace attnviz::report
