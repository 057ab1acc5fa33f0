// Columns of text on a terminal.
#pragma once

#include <cstddef>
#include <string>

namespace attnviz::report {

// Columns of the screen that the text takes.
std::size_t width_of(const std::string& text);

// The beginning of `text` that fits into `columns`, whole characters only.
std::string cut_to(const std::string& text, std::size_t columns);

// Filled up with spaces to `columns` of the screen, of which a Chinese character takes two.
std::string left_aligned(const std::string& text, std::size_t columns);
std::string right_aligned(const std::string& text, std::size_t columns);

}  // namespace attnviz::report
