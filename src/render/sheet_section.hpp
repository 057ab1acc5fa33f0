// A section of a sheet: a heading, one image with its target, and a labelled panel a word.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "attnviz/core/report.hpp"
#include "attnviz/render/pictures.hpp"
#include "attnviz/render/sheet_text.hpp"
#include "render/sheet_layout.hpp"
#include "render/sheet_parts.hpp"

namespace attnviz::render {

// The instruction, and how the report came about. `grid`: that of the section's image.
Heading heading_of(const Report& report, const PatchGrid& grid, SheetLanguage language);

// What the sections of one sheet share.
struct SectionStyle {
  const Words& words;
  const Looks& looks;
  const Labels& labels;
  SheetLanguage language;
  std::vector<double> maxima;  // [num_words]: the weight that gets the top colour
};

// A panel for an image of this size, and one a word; above them room for the facts.
SheetLayout plan_section(int image_width, int image_height, const Words& words, const std::vector<std::string>& facts,
                         const Labels& labels);

// `layout`: may be planned for images of another shape than `image`, which then stands smaller in its panels.
Image draw_section(const Image& image, const ViewReading& view, const std::optional<Target>& target,
                   const Heading& heading, const SheetLayout& layout, const SectionStyle& style);

}  // namespace attnviz::render
