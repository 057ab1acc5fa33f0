// Pictures of video frames: the overview in a layout that stays, and frames that fit where others stood.
#include <algorithm>
#include <array>
#include <cstdio>

#include "attnviz/render/pictures.hpp"
#include "render/canvas.hpp"
#include "render/sheet_parts.hpp"
#include "render/sheet_section.hpp"

namespace attnviz::render {
namespace {

// "12.04": two digits, so that the line does not dance from frame to frame.
std::string seconds_text(double seconds) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", seconds);
  return text.data();
}

// The picture from the top left corner, paper right of it and below.
Image padded(const Image& picture, int width, int height) {
  if (picture.width == width && picture.height == height) return picture;
  Image result(width, height);
  fill(result, {0, 0, width, height}, kPaper);
  paste(result, 0, 0, picture);
  return result;
}

}  // namespace

Image frame_sheet(const Image& frame, const FramePlace& place, const Report& report, const Looks& looks,
                  const Labels& labels) {
  const SectionStyle style{report.words, looks, labels, {looks, labels}, scale_maxima(report)};
  Heading heading = heading_of(report, report.main_view().grid, style.language);
  heading.corner = style.language.say("帧 ", "frame ") + std::to_string(place.number);
  if (place.time_s) heading.corner += "    " + seconds_text(*place.time_s) + style.language.say(" 秒", " s");
  if (!labels.can_draw(heading.corner)) heading.corner.clear();
  // Frames of another shape have another grid, whose numbers may be wider: six digits at most.
  constexpr PatchGrid kWidestNumbers{0, 0, 888, 888, 0, 0, 1};
  const SheetLayout layout = plan_section(place.first_width, place.first_height, report.words,
                                          heading_of(report, kWidestNumbers, style.language).facts, labels);
  const Image sheet = draw_section(frame, report.main_view(), report.target, heading, layout, style);
  const auto even = [](int side) { return side + side % 2; };
  return padded(sheet, even(sheet.width), even(sheet.height));
}

Image framed(const Image& picture, int width, int height) {
  const double scale =
      std::min({1.0, static_cast<double>(width) / picture.width, static_cast<double>(height) / picture.height});
  const Size size = scaled(picture.width, picture.height, scale);
  Image result(width, height);
  const int x = (width - size.width) / 2, y = (height - size.height) / 2;
  paste(result, x, y, scale < 1 ? at_size(picture, {}, size.width, size.height).image : picture);
  return result;
}

}  // namespace attnviz::render
