#include "render/chart_sheet.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "attnviz/core/timing.hpp"
#include "render/canvas.hpp"

namespace attnviz::render {
namespace {

constexpr Colour kGridLine{221, 224, 229};
constexpr int kMargin = kHeadingMargin, kTextPx = 15, kNamePx = 19, kTickPx = 13;
constexpr int kPlotHeight = 76, kRowGap = 18, kColumnGap = 26, kNameGap = 20, kTickSpace = 6;
constexpr int kLeastNames = 70, kMostNames = 190, kTickWidth = 42;
constexpr int kColumnNameHeight = kTextPx + 8;
constexpr int kTitleSpace = 24;

std::string short_number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

bool is_in_minutes(const Axis& time, bool in_seconds) {
  constexpr double kManySeconds = 120;
  return in_seconds && time.to - time.from >= kManySeconds;
}

struct Tick {
  double time;
  std::string text;
};

std::vector<Tick> time_ticks(const Axis& time, bool in_seconds) {
  constexpr int kMostTicks = 6;
  const bool in_minutes = is_in_minutes(time, in_seconds);
  std::vector<double> places;
  if (in_minutes) {  // round in minutes or hours
    const double unit = time.to - time.from >= 2 * 3600 ? 3600 : 60;
    for (const double place : round_ticks(time.from / unit, time.to / unit, kMostTicks)) places.push_back(place * unit);
  } else {
    places = round_ticks(time.from, time.to, kMostTicks);
  }
  std::vector<Tick> ticks;
  for (const double place : places) {
    if (!in_seconds && place != std::round(place)) continue;  // there are no half frames
    ticks.push_back({place, in_minutes ? clock_text(place) : short_number(place)});
  }
  return ticks;
}

class Sheet {
public:
  Sheet(const ChartSheet& sheet, const TimeSeries& series, const Labels& labels)
      : sheet_(sheet), rows_(sheet.rows), series_(series), labels_(labels) {
    for (const ChartRow& row : rows_) names_width_ = std::max(names_width_, labels.width(row.name, kNamePx));
    names_width_ = std::clamp(names_width_, kLeastNames, kMostNames);
    const int width = left(kChartsOfRow - 1) + kPlotWidth + kMargin;
    heading_lines_ = facts_lines(labels, sheet.heading.facts, width).size();
    const Range all = series.whole(kTimeChannel);
    if (!all.empty()) time_ = {all.low, all.high};
    int y = kMargin + heading_height(heading_lines_) + kTitleSpace;
    for (const ChartRow& row : rows_) {
      if (!row.headings.front().empty()) y += (tops_.empty() ? 0 : kRowGap) + kColumnNameHeight;
      tops_.push_back(y);
      y += kPlotHeight + kRowGap;
    }
    canvas_ = Image(width, y - kRowGap + kTickSpace + kTickPx + kMargin);
    fill(canvas_, {0, 0, canvas_.width, canvas_.height}, kPaper);
  }

  Image draw() {
    draw_heading(canvas_, sheet_.heading, labels_, heading_lines_);
    for (std::size_t row = 0; row < rows_.size(); ++row) draw_row(row);
    draw_times();
    return std::move(canvas_);
  }

private:
  int left(std::size_t column) const {
    const int step = kTickWidth + kPlotWidth + kColumnGap;
    return kMargin + names_width_ + kNameGap + kTickWidth + static_cast<int>(column) * step;
  }

  Rect plot(std::size_t row, std::size_t column) const { return {left(column), tops_[row], kPlotWidth, kPlotHeight}; }

  void text(int x, int y, int px, const std::string& words, int most_width, Colour ink) {
    labels_.draw(canvas_, x, y, px, fitted(labels_, words, px, most_width), ink);
  }

  void text_before(int right, int middle, int px, const std::string& words) {
    labels_.draw(canvas_, right - labels_.width(words, px), middle - px / 2, px, words, kFaintInk);
  }

  void draw_row(std::size_t number) {
    const ChartRow& row = rows_[number];
    const Rect first = plot(number, 0);
    text(kMargin, first.y + (kPlotHeight - kNamePx) / 2, kNamePx, row.name, names_width_, kInk);
    for (std::size_t column = 0; column < kChartsOfRow; ++column) {
      const Rect place = plot(number, column);
      const std::string& heading = row.headings[column];
      if (!heading.empty()) text(place.x, place.y - kColumnNameHeight, kTextPx, heading, kPlotWidth, kInk);
      draw_chart(place, row.charts[column]);
    }
  }

  void draw_chart(const Rect& place, const Chart& chart) {
    fill(canvas_, place, kPanel);
    for (const Tick& tick : time_ticks(time_, sheet_.in_seconds)) {
      fill(canvas_, {x_of(place, tick), place.y, 1, place.height}, kGridLine);
    }
    for (const int y : {place.y, place.y + place.height / 2, place.y + place.height - 1}) {
      fill(canvas_, {place.x, y, place.width, 1}, kGridLine);
    }
    if (series_.whole(chart.channel).empty()) {
      text_before(place.x + place.width / 2, place.y + place.height / 2, kTickPx, "-");
      return;
    }
    const int right = place.x - kTickSpace;
    text_before(right, place.y + kTickPx / 2 - 1, kTickPx, short_number(chart.values.to));
    text_before(right, place.y + place.height - kTickPx / 2, kTickPx, short_number(chart.values.from));
    draw_curve(canvas_, inside(place), {series_, chart.channel, time_, chart.values, chart.colour});
  }

  // Room for the width of lines.
  static Rect inside(const Rect& plot) { return {plot.x + 3, plot.y + 3, plot.width - 6, plot.height - 6}; }

  int x_of(const Rect& place, const Tick& tick) const {
    return static_cast<int>(std::lround(column_of(inside(place), time_, tick.time)));
  }

  // Under the last row; the axis' name stands where the rows have theirs.
  void draw_times() {
    const int y = tops_.back() + kPlotHeight + kTickSpace;
    text(kMargin, y, kTickPx, is_in_minutes(time_, sheet_.in_seconds) ? sheet_.minutes_name : sheet_.seconds_name,
         names_width_, kFaintInk);
    for (std::size_t column = 0; column < kChartsOfRow; ++column) {
      const Rect place = plot(rows_.size() - 1, column);
      for (const Tick& tick : time_ticks(time_, sheet_.in_seconds)) {
        const int width = labels_.width(tick.text, kTickPx);
        const int x = std::clamp(x_of(place, tick) - width / 2, place.x, place.x + place.width - width);
        labels_.draw(canvas_, x, y, kTickPx, tick.text, kFaintInk);
      }
    }
  }

  const ChartSheet& sheet_;
  const std::vector<ChartRow>& rows_;
  const TimeSeries& series_;
  const Labels& labels_;
  int names_width_ = 0;
  std::size_t heading_lines_ = 1;
  Axis time_;
  std::vector<int> tops_;  // of the rows' charts
  Image canvas_;
};

}  // namespace

Image draw_charts(const ChartSheet& sheet, const TimeSeries& series, const Labels& labels) {
  return Sheet(sheet, series, labels).draw();
}

}  // namespace attnviz::render
