// Rows of small charts over one time axis, three a row: their places, names and ticks.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/core/time_series.hpp"
#include "render/line_chart.hpp"
#include "render/sheet_parts.hpp"

namespace attnviz::render {

constexpr std::size_t kChartsOfRow = 3;
constexpr int kPlotWidth = 400;

struct Chart {
  std::size_t channel;
  Axis values;
  Colour colour;
};

struct ChartRow {
  std::string name;
  std::array<Chart, kChartsOfRow> charts;
  std::array<std::string, kChartsOfRow> headings{};  // empty: as above
};

struct ChartSheet {
  Heading heading;
  std::string seconds_name{}, minutes_name{};  // of the time axis: minutes where there are many seconds
  bool in_seconds = false;                     // else the time is a whole number of something
  std::vector<ChartRow> rows{};                // at least one
};

Image draw_charts(const ChartSheet& sheet, const TimeSeries& series, const Labels& labels);

}  // namespace attnviz::render
