#include "render/sheet_section.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "attnviz/core/parallel.hpp"
#include "render/canvas.hpp"
#include "render/caption.hpp"
#include "render/colormap.hpp"

namespace attnviz::render {
namespace {

constexpr Colour kMark{0, 230, 118}, kPeak{255, 255, 255};
constexpr int kNamePx = SheetLayout::kCaptionPx, kDetailPx = SheetLayout::kDetailPx;

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
void draw_caption(Sheet& sheet, std::size_t panel, const Caption& caption) {
  const Rect line = sheet.layout.caption(panel);
  sheet.labels.draw(sheet.canvas, line.x, line.y, kNamePx, caption.name, kInk);
  const int detail_width = sheet.labels.width(caption.detail, kDetailPx);
  sheet.labels.draw(sheet.canvas, line.x + line.width - detail_width, line.y + baseline_shift(kDetailPx, kNamePx),
                    kDetailPx, caption.detail, kFaintInk);
}

void draw_picture(Sheet& sheet, std::size_t panel, const Image& picture) {
  const Rect around = sheet.layout.panel(panel);
  fill(sheet.canvas, around, kPanel);
  paste(sheet.canvas, around.x + (around.width - picture.width) / 2, around.y + (around.height - picture.height) / 2,
        picture);
}

// Panel 0: the image as it is, with the place of the action.
void draw_image_panel(Sheet& sheet, const Image& small, const PatchGrid& grid, const std::optional<Target>& target) {
  Image picture = small;
  if (target) draw_target(picture, *target, grid);
  draw_picture(sheet, 0, picture);
  const std::string size = std::to_string(grid.image_width) + " x " + std::to_string(grid.image_height);
  const std::string name = target ? sheet.language.say("目标", "target") + ("  " + format_weight(target->score))
                                  : sheet.language.say("图像", "image");
  draw_caption(sheet, 0, fit_caption(sheet.labels, name, {size, ""}, sheet.layout.panel_width));
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

Heading heading_of(const Report& report, const PatchGrid& grid, SheetLanguage language) {
  const bool has_views = report.views.size() > 1;
  std::vector<std::string> facts = facts_of(report, grid, language);
  if (report.scale == "shared") {
    facts.emplace_back(has_views ? language.say("所有词和视角共用一个色阶", "one scale for all words and views")
                                 : language.say("所有词共用一个色阶", "one scale for all words"));
  } else {
    facts.emplace_back(
        has_views ? language.say("每词各用自己的色阶，各视角共用", "each word on its own scale, common to all views")
                  : language.say("每词各用自己的色阶", "each word on its own scale"));
  }
  if (report.words.size() > kMostWords) {
    const std::string shown = std::to_string(kMostWords), all = std::to_string(report.words.size());
    facts.push_back(language.say("前 ", "first ") + shown + language.say(" 词，共 ", " of ") + all +
                    language.say(" 词", " words"));
  }
  return {report.instruction, std::move(facts)};
}

SheetLayout plan_section(int image_width, int image_height, const Words& words, const std::vector<std::string>& facts,
                         const Labels& labels) {
  SheetLayout layout = plan_sheet(image_width, image_height, std::min(words.size(), kMostWords) + 1);
  layout.heading_lines = std::max<std::size_t>(1, facts_lines(labels, facts, layout.width()).size());
  return layout;
}

Image draw_section(const Image& image, const ViewReading& view, const std::optional<Target>& target,
                   const Heading& heading, const SheetLayout& layout, const SectionStyle& style) {
  const std::size_t num_words = std::min(style.words.size(), kMostWords);
  Sheet sheet{Image(layout.width(), layout.height()), layout, style.labels, style.language};
  fill(sheet.canvas, {0, 0, sheet.canvas.width, sheet.canvas.height}, kPaper);

  const auto& [small, small_grid] = at_picture_size(image, view.grid, layout);
  draw_heading(sheet.canvas, heading, style.labels, layout.heading_lines);
  draw_image_panel(sheet, small, view.grid, target);
  const Colormap colours = make_colormap(style.looks.colormap);
  // Each word draws in its own panel.
  parallel_for(num_words, [&, &small = small, &small_grid = small_grid](std::size_t word) {
    const WordReading& reading = view.readings[word];
    Image picture = word_picture(small, small_grid, reading, style.maxima[word], style.looks, style.labels);
    if (!is_too_thin_for_frames(picture)) {
      bright_frame(picture, frame_of(small_grid.patch_box(best_patch(reading.heat))), 1, kPeak);
    }
    draw_picture(sheet, word + 1, picture);
    draw_caption(sheet, word + 1,
                 word_caption(style.labels, style.language, style.words[word], word, reading, layout.panel_width));
    draw_colour_bar(sheet.canvas, layout.bar(word + 1), "0", format_weight(style.maxima[word]), colours, style.labels);
  });
  return std::move(sheet.canvas);
}

}  // namespace attnviz::render
