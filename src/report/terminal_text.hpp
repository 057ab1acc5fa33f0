// Text of users and files on its way to a terminal.
#pragma once

#include <cstddef>
#include <string>

namespace attnviz::report {

// So that it cannot move the cursor, change colours or start lines: C0 and C1 control characters become '?'.
std::string harmless(const std::string& text);

// Filled up with spaces to `columns` of the screen, of which a Chinese character takes two.
std::string left_aligned(const std::string& text, std::size_t columns);
std::string right_aligned(const std::string& text, std::size_t columns);

}  // namespace attnviz::report
