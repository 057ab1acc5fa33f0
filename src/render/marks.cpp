// What is drawn over a map where it is asked for: lines between patches, the contour, the top patches.
#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>
#include <vector>

#include "attnviz/render/pictures.hpp"
#include "render/canvas.hpp"
#include "render/sheet_parts.hpp"
#include "render/upsampler.hpp"

namespace attnviz::render {
namespace {

constexpr Colour kLine{255, 255, 255}, kGridLine{128, 128, 128};
constexpr unsigned kGridCover = 140;  // of 255: grey lines that neither light nor dark pictures swallow
constexpr double kLeastPatch = 5;     // pixels: closer lines would be all that one sees

int line_thickness(const Image& picture) {
  return std::max(1, static_cast<int>(std::lround(std::min(picture.width, picture.height) / 400.0)));
}

// Between patches that have content, over what they see.
void draw_grid(Image& picture, const PatchGrid& grid) {
  const Box seen = grid.seen();
  const auto pixel = [](double at) { return static_cast<int>(std::lround(at)); };
  const double scale_x = static_cast<double>(grid.image_width) / grid.content_width;
  const double scale_y = static_cast<double>(grid.image_height) / grid.content_height;
  if (std::min(scale_x, scale_y) * grid.patch_px < kLeastPatch) return;
  for (int row = 1; row < grid.rows(); ++row) {
    const double y = grid.to_image({0, static_cast<double>(row) * grid.patch_px}).y;
    if (!(y > seen.y0 && y < seen.y1)) continue;
    for (int x = pixel(seen.x0); x < pixel(seen.x1); ++x) blend_pixel(picture, x, pixel(y), kGridLine, kGridCover);
  }
  for (int col = 1; col < grid.cols(); ++col) {
    const double x = grid.to_image({static_cast<double>(col) * grid.patch_px, 0}).x;
    if (!(x > seen.x0 && x < seen.x1)) continue;
    for (int y = pixel(seen.y0); y < pixel(seen.y1); ++y) blend_pixel(picture, pixel(x), y, kGridLine, kGridCover);
  }
}

void paint(Image& picture, const cv::Mat& where, Colour colour) {
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      if (where.at<std::uint8_t>(y, x) != 0) blend_pixel(picture, x, y, colour, 255);
    }
  }
}

// Light just inside of {weight >= half the highest}, dark just outside; no line along the picture's own edge.
void draw_contour(Image& picture, const PatchGrid& grid, const std::vector<float>& heat, Interpolation interpolation) {
  const float half = *std::ranges::max_element(heat) / 2;
  if (!(half > 0)) return;
  const Upsampler upsampler(heat, grid, interpolation);
  std::vector<float> weights(static_cast<std::size_t>(picture.width));
  cv::Mat inside(picture.height, picture.width, CV_8U);
  for (int y = 0; y < picture.height; ++y) {
    upsampler.row(y, weights);
    for (int x = 0; x < picture.width; ++x) {
      inside.at<std::uint8_t>(y, x) = weights[static_cast<std::size_t>(x)] >= half ? 255 : 0;
    }
  }
  const int side = 2 * line_thickness(picture) + 1;
  const cv::Mat brush = cv::getStructuringElement(cv::MORPH_ELLIPSE, {side, side});
  cv::Mat smaller, larger;
  cv::erode(inside, smaller, brush);
  cv::dilate(inside, larger, brush);
  paint(picture, larger - inside, kHalo);
  paint(picture, inside - smaller, kLine);
}

// In the middle of the frame, with a dark edge; where digits would be too small to read, none.
void draw_rank(Image& picture, const Rect& patch, int rank, const Labels& labels) {
  constexpr int kLeastPx = 8, kMostPx = 32;
  const std::string text = std::to_string(rank);
  const int px = std::min(kMostPx, std::min(patch.width, patch.height) * 6 / 10);
  const int width = labels.width(text, px);
  if (px < kLeastPx || width > patch.width - 2) return;
  const int x = patch.x + (patch.width - width) / 2, y = patch.y + (patch.height - px) / 2;
  for (const auto& [dx, dy] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
    labels.draw(picture, x + dx, y + dy, px, text, kHalo);
  }
  labels.draw(picture, x, y, px, text, kLine);
}

void draw_boxes(Image& picture, const PatchGrid& grid, const std::vector<TopPatch>& top, const Labels& labels) {
  for (auto patch = top.rbegin(); patch != top.rend(); ++patch) {  // the first above the others
    const Rect place = frame_of(grid.patch_box(patch->patch));
    bright_frame(picture, place, line_thickness(picture), kLine);
    draw_rank(picture, place, patch->rank, labels);
  }
}

}  // namespace

Image word_picture(const Image& image, const PatchGrid& grid, const WordReading& reading, double scale_max,
                   const Looks& looks, const Labels& labels) {
  Image picture = overlay(image, reading.heat, grid, scale_max, faded(looks, reading));
  if (looks.grid) draw_grid(picture, grid);
  if (looks.contour) draw_contour(picture, grid, reading.heat, looks.interpolation);
  if (looks.boxes) draw_boxes(picture, grid, reading.top, labels);
  return picture;
}

}  // namespace attnviz::render
