#include <optional>
#include <stdexcept>
#include <utility>

#include "attnviz/render/pictures.hpp"
#include "render/sheet_section.hpp"

namespace attnviz::render {
namespace {

Heading heading_of(const ViewReading& view, std::size_t number, SheetLanguage language) {
  return {language.say("视角 ", "view ") + std::to_string(number), {view.image_path}};
}

}  // namespace

Image overview(const std::vector<Image>& images, const Report& report, const Looks& looks, const Labels& labels) {
  if (images.size() != report.views.size()) throw std::logic_error("an image a view is needed");
  const SectionStyle style{report.words, looks, labels, {looks, labels}, scale_maxima(report)};
  std::vector<Image> sections;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const ViewReading& view = report.views[i];
    if (view.readings.size() != report.words.size()) throw std::logic_error("a reading a word is needed");
    const Heading heading =
        i == 0 ? heading_of(report, view.grid, style.language) : heading_of(view, i, style.language);
    const SheetLayout layout = plan_section(images[i].width, images[i].height, report.words, heading.facts, labels);
    sections.push_back(draw_section(images[i], view, i == 0 ? report.target : std::nullopt, heading, layout, style));
  }
  return sections.size() == 1 ? std::move(sections.front()) : stacked(std::move(sections));
}

}  // namespace attnviz::render
