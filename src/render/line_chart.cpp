#include "render/line_chart.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace attnviz::render {
namespace {

constexpr int kFractionBits = 4;  // of coordinates that OpenCV draws smoothly
constexpr double kDotRadius = 2.5;
constexpr unsigned kBandCover = 70;  // of 255

struct CurvePoint {
  double x, y;  // continuous pixels of the image
};

double y_of(const Rect& plot, const LineChart& chart, double value) {
  return plot.y + (1 - std::clamp(chart.values.place(value), 0.0, 1.0)) * (plot.height - 1);
}

// What falls into one column of pixels.
struct Column {
  double time_sum = 0;  // of points, times their values
  Range range;
};

// Runs of neighbouring columns with values; where points without values lie between two columns, a new run begins.
std::vector<std::vector<Column>> runs_of(const Rect& plot, const LineChart& chart) {
  std::vector<std::vector<Column>> runs;
  bool joined = false;
  int last = -1;
  for (std::size_t point = 0; point < chart.series.num_points(); ++point) {
    const Range& time = chart.series.at(point, kTimeChannel);
    const Range& values = chart.series.at(point, chart.channel);
    if (values.empty() || time.empty()) {
      joined = false;
      continue;
    }
    const int column = static_cast<int>(std::lround(column_of(plot, chart.time, time.mean())));
    if (!joined && column != last) runs.emplace_back();
    if (runs.back().empty() || column != last) runs.back().emplace_back();
    Column& into = runs.back().back();
    into.time_sum += time.mean() * static_cast<double>(values.count);
    into.range.merge(values);
    joined = true;
    last = column;
  }
  return runs;
}

void draw_line(Image& image, const std::vector<CurvePoint>& line, Colour colour, int thickness) {
  std::vector<cv::Point> points;
  points.reserve(line.size());
  for (const CurvePoint& point : line) {
    points.emplace_back(static_cast<int>(std::lround(point.x * (1 << kFractionBits))),
                        static_cast<int>(std::lround(point.y * (1 << kFractionBits))));
  }
  cv::Mat canvas(image.height, image.width, CV_8UC3, image.rgb.data());
  cv::polylines(canvas, points, false, {double(colour.r), double(colour.g), double(colour.b)}, thickness, cv::LINE_AA,
                kFractionBits);
}

void draw_dot(Image& image, const CurvePoint& at, Colour colour) {
  ring(image, at.x + 0.5, at.y + 0.5, 0, 2 * kDotRadius, colour);
}

}  // namespace

double column_of(const Rect& plot, const Axis& time, double value) {
  return plot.x + time.place(value) * (plot.width - 1);
}

void draw_curve(Image& image, const Rect& plot, const LineChart& chart) {
  constexpr double kRoomForDots = 14, kRoomForThickLine = 4;  // pixels a point
  const std::vector<std::vector<Column>> runs = runs_of(plot, chart);
  const double room = static_cast<double>(plot.width) / static_cast<double>(chart.series.num_points());
  for (const std::vector<Column>& run : runs) {
    std::vector<CurvePoint> line;
    for (const Column& column : run) {
      const double x = column_of(plot, chart.time, column.time_sum / static_cast<double>(column.range.count));
      line.push_back({x, y_of(plot, chart, column.range.mean())});
      const int top = static_cast<int>(std::lround(y_of(plot, chart, column.range.high)));
      const int bottom = static_cast<int>(std::lround(y_of(plot, chart, column.range.low)));
      if (column.range.count < 2) continue;
      for (int y = std::min(top, bottom); y <= std::max(top, bottom); ++y) {
        blend_pixel(image, static_cast<int>(std::lround(x)), y, chart.colour, kBandCover);
      }
    }
    if (line.size() > 1) draw_line(image, line, chart.colour, room >= kRoomForThickLine ? 2 : 1);
    if (line.size() == 1 || room >= kRoomForDots) {
      for (const CurvePoint& point : line) draw_dot(image, point, chart.colour);
    }
  }
}

std::vector<double> round_ticks(double least, double most, int most_ticks) {
  if (!(most > least)) return {least};
  const double rough = (most - least) / std::max(1, most_ticks);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough * (1 - 1e-9)) step = factor * power;
  }
  std::vector<double> ticks;
  const double first = std::ceil(least / step - 1e-9);
  for (int i = 0; (first + i) * step <= most + step * 1e-6; ++i) ticks.push_back((first + i) * step);
  return ticks;
}

double round_share(double share) {
  for (const double round : {0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8}) {
    if (share <= round) return round;
  }
  return 1;
}

}  // namespace attnviz::render
