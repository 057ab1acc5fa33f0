#include "render/sheet_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "render/canvas.hpp"

namespace attnviz::render {

std::string format_weight(double weight) {
  char text[32];
  std::snprintf(text, sizeof text, weight >= 0.0995 || weight == 0 ? "%.2f" : "%.3f", weight);
  return text;
}

std::string fitted(const Labels& labels, const std::string& text, int px, int max_width) {
  constexpr std::size_t kMostBytes = 1000;  // wider than any sheet
  if (text.size() <= kMostBytes && labels.width(text, px) <= max_width) return text;
  std::string begin = text.substr(0, kMostBytes);
  while (!begin.empty() && labels.width(begin + "...", px) > max_width) {
    while (begin.size() > 1 && (static_cast<unsigned char>(begin.back()) & 0xC0) == 0x80) begin.pop_back();
    begin.pop_back();
  }
  return begin + "...";
}

void draw_heading(Image& sheet, const Heading& heading, const Labels& labels) {
  constexpr int kCornerPx = 19, kCornerGap = 24;
  const int width = sheet.width - 2 * kHeadingMargin, corner = labels.width(heading.corner, kCornerPx);
  const auto draw = [&](const std::string& text, int y, int px, Colour ink, int most_width) {
    labels.draw(sheet, kHeadingMargin, y, px, fitted(labels, text, px, most_width), ink);
  };
  draw(heading.title, kHeadingMargin, kHeadingPx, kInk, corner == 0 ? width : width - corner - kCornerGap);
  const int lower = (kHeadingPx - kCornerPx) * 4 / 5;  // on the title's baseline
  labels.draw(sheet, kHeadingMargin + width - corner, kHeadingMargin + lower, kCornerPx, heading.corner, kFaintInk);
  if (!labels.can_draw(heading.facts)) return;  // no font: fragments would only confuse
  draw(heading.facts, kHeadingMargin + kHeadingPx + 4, kFactsPx, kFaintInk, width);
}

double opacity(double level, double alpha) { return alpha * (1 - (1 - level) * (1 - level)); }

Looks faded(Looks looks, const WordReading& reading) {
  looks.alpha *= 1 - reading.nothing.value_or(0);
  return looks;
}

Image pale(const Image& image) {
  Image grey = image;
  for (std::size_t i = 0; i < grey.rgb.size(); i += 3) {
    const int luma = (299 * image.rgb[i] + 587 * image.rgb[i + 1] + 114 * image.rgb[i + 2]) / 1000;  // ITU-R BT.601
    std::fill_n(grey.rgb.begin() + static_cast<std::ptrdiff_t>(i), 3, static_cast<std::uint8_t>(100 + luma * 6 / 10));
  }
  return grey;
}

Image at_most(const Image& image, int longest) {
  const double scale = static_cast<double>(longest) / std::max(image.width, image.height);
  if (scale >= 1) return image;
  const auto pixels = [scale](int side) { return std::max(1, static_cast<int>(std::lround(side * scale))); };
  return at_size(image, {}, pixels(image.width), pixels(image.height)).image;
}

SizedImage at_size(const Image& image, const PatchGrid& grid, int width, int height) {
  SizedImage result{Image(width, height), grid};
  result.grid.image_width = width;
  result.grid.image_height = height;
  const cv::Mat from(image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data()));
  cv::Mat to(height, width, CV_8UC3, result.image.rgb.data());
  const bool shrinks = width < image.width || height < image.height;
  cv::resize(from, to, to.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  return result;
}

Image stacked(std::vector<Image> sheets) {
  int width = 0, height = 0;
  for (const Image& sheet : sheets) {
    width = std::max(width, sheet.width);
    height += sheet.height;
  }
  Image canvas(width, height);
  fill(canvas, {0, 0, width, height}, kPaper);
  int y = 0;
  for (Image& sheet : sheets) {
    paste(canvas, 0, y, sheet);
    y += sheet.height;
    sheet = {};  // both copies of a long sheet may be too much for memory
  }
  return canvas;
}

}  // namespace attnviz::render
