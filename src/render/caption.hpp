// The line over a panel: a name on the left, what is known of it on the right, with a gap between them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/core/report.hpp"
#include "attnviz/render/labels.hpp"
#include "attnviz/render/sheet_text.hpp"

namespace attnviz::render {

struct Caption {
  std::string name, detail;  // SheetLayout's kCaptionPx and kDetailPx high
};

// `details`: from the longest to the shortest, at least one. Taken is the first that leaves room for the name, or for
// half of the line where the name is longer; the name is cut to what is left.
Caption fit_caption(const Labels& labels, const std::string& name, const std::vector<std::string>& details, int width);

// The detail is the highest weight and its patch, before them what makes the map doubtful. Where there is no room for
// all, the patch's number goes first (its frame is drawn), then of a doubtful map the weight (its colour bar has it).
Caption word_caption(const Labels& labels, SheetLanguage language, const Word& word, std::size_t index,
                     const WordReading& reading, int width);

}  // namespace attnviz::render
