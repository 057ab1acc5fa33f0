#include "render/sheet_section.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "attnviz/core/parallel.hpp"
#include "render/canvas.hpp"
#include "render/colormap.hpp"

namespace attnviz::render {
namespace {

constexpr Colour kMark{0, 230, 118}, kPeak{255, 255, 255};

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
  const Rect around = sheet.layout.panel(panel);
  fill(sheet.canvas, around, kPanel);
  paste(sheet.canvas, around.x + (around.width - picture.width) / 2, around.y + (around.height - picture.height) / 2,
        picture);
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

// The image as large as the layout's pictures, which may be made for images of another shape.
SizedImage at_picture_size(const Image& image, const PatchGrid& grid, const SheetLayout& layout) {
  const double scale = std::min(static_cast<double>(layout.picture_width) / image.width,
                                static_cast<double>(layout.picture_height) / image.height);
  const auto side = [scale](int pixels, int most) {
    const int scaled = std::max(1, static_cast<int>(std::lround(pixels * scale)));
    return most - scaled <= 1 ? most : scaled;  // the layout's own rounding
  };
  return at_size(image, grid, side(image.width, layout.picture_width), side(image.height, layout.picture_height));
}

}  // namespace

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

SheetLayout plan_section(int image_width, int image_height, const Words& words) {
  return plan_sheet(image_width, image_height, std::min(words.size(), kMostWords) + 1);
}

Image draw_section(const Image& image, const ViewReading& view, const std::optional<Target>& target,
                   const Heading& heading, const SheetLayout& layout, const SectionStyle& style) {
  const std::size_t num_words = std::min(style.words.size(), kMostWords);
  Sheet sheet{Image(layout.width(), layout.height()), layout, style.labels, style.language};
  fill(sheet.canvas, {0, 0, sheet.canvas.width, sheet.canvas.height}, kPaper);

  const auto& [small, small_grid] = at_picture_size(image, view.grid, layout);
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

}  // namespace attnviz::render
