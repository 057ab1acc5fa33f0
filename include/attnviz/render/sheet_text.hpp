// What is written on sheets, in the user's language where a font can draw it, else in English.
#pragma once

#include <string>
#include <vector>

#include "attnviz/core/report.hpp"
#include "attnviz/render/labels.hpp"
#include "attnviz/render/pictures.hpp"

namespace attnviz::render {

// All text that sheets of this report may hold, for Labels to find fonts that draw it.
std::string sheet_text(const Report& report, const Looks& looks);

class SheetLanguage {
public:
  SheetLanguage(const Looks& looks, const Labels& labels);
  // Every Chinese sentence's characters are in sheet_text (src/render/sheet_text.cpp).
  const char* say(const char* zh, const char* en) const { return chinese_ ? zh : en; }

private:
  bool chinese_;
};

// "base", "cross-attention", "layer last", "head mean", "32 x 24 patches"; `with_layer_and_head`: false leaves them
// out.
std::vector<std::string> facts_of(const Report& report, const PatchGrid& grid, SheetLanguage language,
                                  bool with_layer_and_head = true);

}  // namespace attnviz::render
