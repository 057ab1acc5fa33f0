#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "attnviz/core/parallel.hpp"
#include "attnviz/render/pictures.hpp"
#include "render/canvas.hpp"
#include "render/colormap.hpp"
#include "render/sheet_layout.hpp"
#include "render/sheet_parts.hpp"

namespace attnviz::render {
namespace {

constexpr Colour kMark{0, 230, 118}, kPeak{255, 255, 255};

// More would make a sheet that no viewer opens; each word still has its own overlay.
constexpr std::size_t kMostWords = 120;
// The characters of all Chinese labels below.
constexpr const char* kChineseLabels = "目标图像未知无此物";

// Everything that the parts of one sheet share.
struct Sheet {
  Image canvas;
  SheetLayout layout;
  const Labels& labels;
  bool chinese = false;

  const char* say(const char* zh, const char* en) const { return chinese ? zh : en; }
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

void draw_title(Sheet& sheet, const Report& report) {
  const int width = sheet.canvas.width - 2 * SheetLayout::kMargin;
  const std::string& title = report.instruction;
  const int y = SheetLayout::kMargin;
  sheet.labels.draw(sheet.canvas, SheetLayout::kMargin, y, SheetLayout::kTitlePx,
                    fitted(sheet.labels, title, SheetLayout::kTitlePx, width), kInk);
  std::string facts = report.model.name + "    " + report.model.signal + "    layer " + report.shown.layer +
                      "    head " + report.shown.head + (report.shown.relative ? "    relative to all words" : "") +
                      "    " + std::to_string(report.grid.cols()) + " x " + std::to_string(report.grid.rows()) +
                      " patches    " +
                      (report.scale == "shared" ? "one scale for all words" : "each word on its own scale");
  if (report.words.size() > kMostWords) {
    facts += "    first " + std::to_string(kMostWords) + " of " + std::to_string(report.words.size()) + " words";
  }
  if (!sheet.labels.can_draw(facts)) return;  // no font: fragments would only confuse
  sheet.labels.draw(sheet.canvas, SheetLayout::kMargin, y + SheetLayout::kTitlePx + 4, SheetLayout::kSubtitlePx,
                    fitted(sheet.labels, facts, SheetLayout::kSubtitlePx, width), kFaintInk);
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
  if (!word.known) doubts += sheet.say("未知   ", "unknown   ");
  if (reading.nothing && *reading.nothing >= kWorthSaying) {
    doubts += sheet.say("无此物 ", "nothing ") + format_weight(*reading.nothing) + "   ";
  }
  const std::string number = "patch " + std::to_string(patch) + "   ";
  const std::string weight = format_weight(reading.heat[static_cast<std::size_t>(patch)]);
  for (const std::string& detail : {doubts + number + weight, doubts + weight}) {
    if (sheet.labels.width(detail, SheetLayout::kDetailPx) <= kMostOfLine * sheet.layout.panel_width) return detail;
  }
  return weight;
}

// Panel 0: the image as it is, with the place of the action.
void draw_target_panel(Sheet& sheet, const Image& small, const Report& report) {
  Image picture = small;
  if (report.target) draw_target(picture, *report.target, report.grid);
  draw_picture(sheet, 0, picture);
  const std::string size = std::to_string(report.grid.image_width) + " x " + std::to_string(report.grid.image_height);
  const std::string name = report.target ? sheet.say("目标", "target") + ("  " + format_weight(report.target->score))
                                         : sheet.say("图像", "image");
  draw_caption(sheet, 0, name, size);
}

}  // namespace

Image thumbnail(const Image& image, const Report& report, std::size_t word, const Looks& looks, int width, int height) {
  const double scale = std::min(static_cast<double>(width) / image.width, static_cast<double>(height) / image.height);
  const auto pixels = [scale](int side) { return std::max(1, static_cast<int>(std::lround(side * scale))); };
  const SizedImage small = at_size(image, report.grid, pixels(image.width), pixels(image.height));
  const WordReading& reading = report.readings[word];
  return overlay(small.image, reading.heat, small.grid, scale_maxima(report)[word], faded(looks, reading));
}

std::string overview_text(const Report& report, const Looks& looks) {
  std::string text = report.instruction;
  for (const Word& word : report.words) text += word.text;
  return looks.chinese_labels ? text + kChineseLabels : text;
}

Image overview(const Image& image, const Report& report, const Looks& looks, const Labels& labels) {
  if (report.readings.size() != report.words.size()) throw std::logic_error("a reading a word is needed");
  const std::size_t num_words = std::min(report.words.size(), kMostWords);
  const SheetLayout layout = plan_sheet(image.width, image.height, num_words + 1);
  Sheet sheet{Image(layout.width(), layout.height()), layout, labels, false};
  sheet.chinese = looks.chinese_labels && labels.can_draw(kChineseLabels);
  fill(sheet.canvas, {0, 0, sheet.canvas.width, sheet.canvas.height}, kPaper);

  const auto& [small, small_grid] = at_size(image, report.grid, layout.picture_width, layout.picture_height);

  draw_title(sheet, report);
  draw_target_panel(sheet, small, report);
  const Colormap map = make_colormap(looks.colormap);
  const std::vector<double> maxima = scale_maxima(report);
  // Each word draws in its own panel.
  parallel_for(num_words, [&, &small = small, &small_grid = small_grid](std::size_t word) {
    const WordReading& reading = report.readings[word];
    Image picture = word_picture(small, small_grid, reading, maxima[word], looks, labels);
    if (!is_too_thin_for_frames(picture)) {
      bright_frame(picture, frame_of(small_grid.patch_box(best_patch(reading.heat))), 1, kPeak);
    }
    draw_picture(sheet, word + 1, picture);
    draw_caption(sheet, word + 1, labels.word_name(report.words[word].text, word),
                 word_detail(sheet, report.words[word], reading));
    draw_bar(sheet, word + 1, map, maxima[word]);
  });
  return std::move(sheet.canvas);
}

}  // namespace attnviz::render
