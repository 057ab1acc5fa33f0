// Text of users and files on its way to a terminal or into a file name.
#pragma once

#include <string>

namespace attnviz {

// So that it cannot move the cursor, change colours or start lines: every C0 and C1 control character of the UTF-8 text
// becomes `substitute`.
std::string printable(const std::string& text, char substitute = '?');

}  // namespace attnviz
