#include "render/sheet_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

namespace attnviz::render {
namespace {

constexpr int kFactsGap = 4;              // above each line
constexpr std::size_t kMostBytes = 1000;  // wider than any sheet

// As much of the text as fits, in whole characters.
std::string beginning(const Labels& labels, const std::string& text, int px, int max_width) {
  std::string begin = text.substr(0, kMostBytes);
  while (!begin.empty() && labels.width(begin, px) > max_width) {
    while (begin.size() > 1 && (static_cast<unsigned char>(begin.back()) & 0xC0) == 0x80) begin.pop_back();
    begin.pop_back();
  }
  return begin;
}

// What of a fact goes on the first of its two lines, cut at a blank where there is one not far from the end.
std::string first_line(const Labels& labels, const std::string& fact, int width) {
  std::string begin = beginning(labels, fact, kFactsPx, width);
  const std::size_t blank = begin.rfind(' ');
  if (begin.size() < fact.size() && blank != std::string::npos && blank > begin.size() / 3) begin.resize(blank + 1);
  return begin;
}

}  // namespace

int best_patch(const std::vector<float>& heat) {
  return static_cast<int>(std::ranges::max_element(heat) - heat.begin());
}

std::string format_weight(double weight) {
  char text[32];
  std::snprintf(text, sizeof text, weight >= 0.0995 || weight == 0 ? "%.2f" : "%.3f", weight);
  return text;
}

std::string fitted(const Labels& labels, const std::string& text, int px, int max_width) {
  if (text.size() <= kMostBytes && labels.width(text, px) <= max_width) return text;
  constexpr const char* kDots = "...";
  return beginning(labels, text, px, max_width - labels.width(kDots, px)) + kDots;
}

std::vector<std::string> facts_lines(const Labels& labels, const std::vector<std::string>& facts, int sheet_width,
                                     std::size_t most_lines) {
  constexpr const char* kSpace = "    ";
  const int width = sheet_width - 2 * kHeadingMargin;
  std::vector<std::string> lines;
  for (const std::string& fact : facts) {
    const std::string text = labels.drawable(fact);
    if (text.empty()) continue;
    if (!lines.empty() &&
        (lines.size() == most_lines || labels.width(lines.back() + kSpace + text, kFactsPx) <= width)) {
      lines.back() += kSpace + text;
      continue;
    }
    std::string rest = text;
    if (lines.size() + 1 < most_lines) {
      const std::string first = first_line(labels, text, width);
      rest.erase(0, first.size());
      lines.push_back(first);
    }
    if (!rest.empty()) lines.push_back(std::move(rest));
  }
  for (std::string& line : lines) line = fitted(labels, line, kFactsPx, width);
  return lines;
}

int heading_height(std::size_t num_lines) {
  return kHeadingPx + static_cast<int>(std::max<std::size_t>(num_lines, 1)) * (kFactsGap + kFactsPx);
}

void draw_heading(Image& sheet, const Heading& heading, const Labels& labels, std::size_t num_lines) {
  constexpr int kCornerPx = 19, kCornerGap = 24;
  const int width = sheet.width - 2 * kHeadingMargin, corner = labels.width(heading.corner, kCornerPx);
  const int title_width = corner == 0 ? width : width - corner - kCornerGap;
  labels.draw(sheet, kHeadingMargin, kHeadingMargin, kHeadingPx,
              fitted(labels, labels.drawable(heading.title), kHeadingPx, title_width), kInk);
  labels.draw(sheet, kHeadingMargin + width - corner, kHeadingMargin + baseline_shift(kCornerPx, kHeadingPx), kCornerPx,
              heading.corner, kFaintInk);
  int y = kHeadingMargin + kHeadingPx;
  for (const std::string& line : facts_lines(labels, heading.facts, sheet.width, num_lines)) {
    labels.draw(sheet, kHeadingMargin, y + kFactsGap, kFactsPx, line, kFaintInk);
    y += kFactsGap + kFactsPx;
  }
}

void draw_colour_bar(Image& sheet, const Rect& line, const std::string& low, const std::string& high,
                     const Colormap& colours, const Labels& labels) {
  constexpr int kSpace = 8, kHeight = 8;
  const int left = line.x + labels.width(low, kFactsPx) + kSpace;
  const int right = line.x + line.width - labels.width(high, kFactsPx) - kSpace;
  labels.draw(sheet, line.x, line.y, kFactsPx, low, kFaintInk);
  labels.draw(sheet, right + kSpace, line.y, kFactsPx, high, kFaintInk);
  const int top = line.y + (line.height - kHeight) / 2;
  for (int x = left; x < right; ++x) {
    const double level = static_cast<double>(x - left) / std::max(1, right - left - 1);
    fill(sheet, {x, top, 1, kHeight}, colour_at(colours, level));
  }
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
  const Size size = scaled(image.width, image.height, scale);
  return at_size(image, {}, size.width, size.height).image;
}

Size scaled(int width, int height, double scale, int least) {
  const auto pixels = [&](int side) { return std::max(least, static_cast<int>(std::lround(side * scale))); };
  return {pixels(width), pixels(height)};
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
