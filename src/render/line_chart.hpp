// One quantity over time, drawn into a rectangle of a sheet.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/core/time_series.hpp"
#include "render/canvas.hpp"

namespace attnviz::render {

struct Axis {
  double from = 0, to = 1;  // another order turns it round
  double place(double value) const { return to == from ? 0.5 : (value - from) / (to - from); }
};

// The channel of a series that is the time of its points.
constexpr std::size_t kTimeChannel = 0;

struct LineChart {
  const TimeSeries& series;
  std::size_t channel;
  Axis time, values;  // values: from at the bottom
  Colour colour;
};

// Where a time stands, in continuous pixels of the image.
double column_of(const Rect& plot, const Axis& time, double value);

// The curve alone: a band from the lowest to the highest value of each column of pixels, where it has several, and a
// line through the means. Points without a value interrupt it; a point between two such is a dot.
void draw_curve(Image& image, const Rect& plot, const LineChart& chart);

// Round numbers from `least` to `most`, at most `most_ticks` of them.
std::vector<double> round_ticks(double least, double most, int most_ticks);
// The end of an axis for shares up to this one: 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8 or 1.
double round_share(double share);

}  // namespace attnviz::render
