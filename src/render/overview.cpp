#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "attnviz/core/parallel.hpp"
#include "attnviz/render/pictures.hpp"
#include "attnviz/render/sheet_text.hpp"
#include "render/canvas.hpp"
#include "render/colormap.hpp"
#include "render/sheet_layout.hpp"
#include "render/sheet_parts.hpp"

namespace attnviz::render {
namespace {

constexpr Colour kMark{0, 230, 118}, kPeak{255, 255, 255};

// More would make a sheet that no viewer opens; each word still has its own overlay.
constexpr std::size_t kMostWords = 120;
// Everything that the parts of one sheet share.
struct Sheet {
  Image canvas;
  SheetLayout layout;
  const Labels& labels;
  SheetLanguage language;
};

// Frames would hide what they point at.
bool is_too_thin_for_frames(const Image& picture) { return std::min(picture.width, picture.height) < 24; }

// `target` is in pixels of the original image, of which `picture` is a smaller copy.
void draw_target(Image& picture, const Target& target, const PatchGrid& grid) {
  const double sx = static_cast<double>(picture.width) / grid.image_width,
               sy = static_cast<double>(picture.height) / grid.image_height;
  const Box& box = target.box;
  bright_frame(picture, frame_of({box.x0 * sx, box.y0 * sy, box.x1 * sx, box.y1 * sy}), 2, kMark);
  const double x = target.point.x * sx, y = target.point.y * sy;
  ring(picture, x, y, 5, 5, kHalo);
  ring(picture, x, y, 5, 2.5, kMark);
}

Heading heading_of(const Report& report, SheetLanguage language) {
  std::string facts = facts_text(report, report.main_view().grid, language) + "    " +
                      (report.scale == "shared" ? language.say("所有词共用一个色阶", "one scale for all words")
                                                : language.say("每词各用自己的色阶", "each word on its own scale"));
  if (report.words.size() > kMostWords) {
    const std::string shown = std::to_string(kMostWords), all = std::to_string(report.words.size());
    facts += language.say("    前 ", "    first ") + shown + language.say(" 词，共 ", " of ") + all +
             language.say(" 词", " words");
  }
  return {report.instruction, std::move(facts)};
}

Heading heading_of(const ViewReading& view, std::size_t number, SheetLanguage language) {
  return {language.say("视角 ", "view ") + std::to_string(number), view.image_path};
}

// The name on the left, the detail on the right; both stand on one baseline.
void draw_caption(Sheet& sheet, std::size_t panel, const std::string& name, const std::string& detail) {
  const Rect line = sheet.layout.caption(panel);
  const int detail_width = sheet.labels.width(detail, SheetLayout::kDetailPx);
  const int name_width = std::max(line.width / 4, line.width - detail_width - SheetLayout::kDetailPx);
  sheet.labels.draw(sheet.canvas, line.x, line.y, SheetLayout::kCaptionPx,
                    fitted(sheet.labels, name, SheetLayout::kCaptionPx, name_width), kInk);
  const int lower = (SheetLayout::kCaptionPx - SheetLayout::kDetailPx) * 4 / 5;
  sheet.labels.draw(sheet.canvas, line.x + line.width - detail_width, line.y + lower, SheetLayout::kDetailPx, detail,
                    kFaintInk);
}

void draw_picture(Sheet& sheet, std::size_t panel, const Image& picture) {
  fill(sheet.canvas, sheet.layout.panel(panel), kPanel);
  const Rect place = sheet.layout.picture(panel);
  paste(sheet.canvas, place.x, place.y, picture);
}

void draw_bar(Sheet& sheet, std::size_t panel, const Colormap& map, double scale_max) {
  const Rect line = sheet.layout.bar(panel);
  const std::string low = "0", high = format_weight(scale_max);
  const int px = SheetLayout::kDetailPx, space = 8;
  const int left = line.x + sheet.labels.width(low, px) + space;
  const int right = line.x + line.width - sheet.labels.width(high, px) - space;
  sheet.labels.draw(sheet.canvas, line.x, line.y, px, low, kFaintInk);
  sheet.labels.draw(sheet.canvas, right + space, line.y, px, high, kFaintInk);
  const int top = line.y + (line.height - SheetLayout::kBarHeight) / 2;
  for (int x = left; x < right; ++x) {
    const double level = static_cast<double>(x - left) / std::max(1, right - left - 1);
    fill(sheet.canvas, {x, top, 1, SheetLayout::kBarHeight}, colour_at(map, level));
  }
}

int best_patch(const std::vector<float>& heat) {
  return static_cast<int>(std::max_element(heat.begin(), heat.end()) - heat.begin());  // ties: lowest index
}

// The highest weight and its patch, before them what makes the map doubtful. Where there is no room for all, the
// patch's number goes first: its frame is drawn.
std::string word_detail(const Sheet& sheet, const Word& word, const WordReading& reading) {
  constexpr double kWorthSaying = 0.3, kMostOfLine = 0.75;
  const int patch = best_patch(reading.heat);
  std::string doubts;
  if (!word.known) doubts += sheet.language.say("未知   ", "unknown   ");
  if (reading.nothing && *reading.nothing >= kWorthSaying) {
    doubts += sheet.language.say("无此物 ", "nothing ") + format_weight(*reading.nothing) + "   ";
  }
  const std::string weight = format_weight(reading.heat[static_cast<std::size_t>(patch)]);
  std::string whole = doubts + "patch " + std::to_string(patch) + "   " + weight;
  const double room = kMostOfLine * sheet.layout.panel_width;
  if (sheet.labels.width(whole, SheetLayout::kDetailPx) <= room) return whole;
  return doubts + weight;
}

// Panel 0: the image as it is, with the place of the action.
void draw_image_panel(Sheet& sheet, const Image& small, const PatchGrid& grid, const std::optional<Target>& target) {
  Image picture = small;
  if (target) draw_target(picture, *target, grid);
  draw_picture(sheet, 0, picture);
  const std::string size = std::to_string(grid.image_width) + " x " + std::to_string(grid.image_height);
  const std::string name = target ? sheet.language.say("目标", "target") + ("  " + format_weight(target->score))
                                  : sheet.language.say("图像", "image");
  draw_caption(sheet, 0, name, size);
}

// What the sections of all views share.
struct Style {
  const Words& words;
  const Looks& looks;
  const Labels& labels;
  SheetLanguage language;
  std::vector<double> maxima;  // [num_words]
};

// A heading, the view's image and a panel a word.
Image draw_section(const Image& image, const ViewReading& view, const std::optional<Target>& target,
                   const Heading& heading, const Style& style) {
  const std::size_t num_words = std::min(style.words.size(), kMostWords);
  const SheetLayout layout = plan_sheet(image.width, image.height, num_words + 1);
  Sheet sheet{Image(layout.width(), layout.height()), layout, style.labels, style.language};
  fill(sheet.canvas, {0, 0, sheet.canvas.width, sheet.canvas.height}, kPaper);

  const auto& [small, small_grid] = at_size(image, view.grid, layout.picture_width, layout.picture_height);
  draw_heading(sheet.canvas, heading, style.labels);
  draw_image_panel(sheet, small, view.grid, target);
  const Colormap map = make_colormap(style.looks.colormap);
  // Each word draws in its own panel.
  parallel_for(num_words, [&, &small = small, &small_grid = small_grid](std::size_t word) {
    const WordReading& reading = view.readings[word];
    Image picture = word_picture(small, small_grid, reading, style.maxima[word], style.looks, style.labels);
    if (!is_too_thin_for_frames(picture)) {
      bright_frame(picture, frame_of(small_grid.patch_box(best_patch(reading.heat))), 1, kPeak);
    }
    draw_picture(sheet, word + 1, picture);
    draw_caption(sheet, word + 1, style.labels.word_name(style.words[word].text, word),
                 word_detail(sheet, style.words[word], reading));
    draw_bar(sheet, word + 1, map, style.maxima[word]);
  });
  return std::move(sheet.canvas);
}

}  // namespace

Image overview(const std::vector<Image>& images, const Report& report, const Looks& looks, const Labels& labels) {
  if (images.size() != report.views.size()) throw std::logic_error("an image a view is needed");
  const Style style{report.words, looks, labels, {looks, labels}, scale_maxima(report)};
  std::vector<Image> sections;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const ViewReading& view = report.views[i];
    if (view.readings.size() != report.words.size()) throw std::logic_error("a reading a word is needed");
    sections.push_back(i == 0
                           ? draw_section(images[i], view, report.target, heading_of(report, style.language), style)
                           : draw_section(images[i], view, std::nullopt, heading_of(view, i, style.language), style));
  }
  return sections.size() == 1 ? std::move(sections.front()) : stacked(sections);
}

}  // namespace attnviz::render
