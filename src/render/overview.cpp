#include <algorithm>
#include <stdexcept>
#include <utility>

#include "attnviz/render/pictures.hpp"
#include "render/canvas.hpp"
#include "render/sheet_parts.hpp"
#include "render/sheet_section.hpp"

namespace attnviz::render {
namespace {

Heading heading_of(const ViewReading& view, std::size_t number) {
  return {"view " + std::to_string(number), view.image_path + "    " + patches_text(view.grid)};
}

Image stacked(const std::vector<Image>& sections) {
  int width = 0, height = 0;
  for (const Image& section : sections) {
    width = std::max(width, section.width);
    height += section.height;
  }
  Image sheet(width, height);
  fill(sheet, {0, 0, width, height}, kPaper);
  int y = 0;
  for (const Image& section : sections) {
    paste(sheet, 0, y, section);
    y += section.height;
  }
  return sheet;
}

}  // namespace

std::string overview_text(const Report& report, const Looks& looks) {
  std::string text = report.instruction;
  for (const Word& word : report.words) text += word.text;
  for (const ViewReading& view : report.views) text += view.image_path;
  return looks.chinese_labels ? text + kChineseLabels : text;
}

Image overview(const std::vector<Image>& images, const Report& report, const Looks& looks, const Labels& labels) {
  if (images.size() != report.views.size()) throw std::logic_error("an image a view is needed");
  const SectionStyle style{report.words, looks, labels, scale_maxima(report)};
  std::vector<Image> sections;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const ViewReading& view = report.views[i];
    if (view.readings.size() != report.words.size()) throw std::logic_error("a reading a word is needed");
    const SheetLayout layout = plan_section(images[i].width, images[i].height, report.words);
    sections.push_back(i == 0 ? draw_section(images[i], view, report.target, heading_of(report), layout, style)
                              : draw_section(images[i], view, std::nullopt, heading_of(view, i), layout, style));
  }
  return sections.size() == 1 ? std::move(sections.front()) : stacked(sections);
}

}  // namespace attnviz::render
