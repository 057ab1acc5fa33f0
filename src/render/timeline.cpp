#include "attnviz/render/timeline.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "render/chart_sheet.hpp"
#include "render/sheet_section.hpp"

namespace attnviz::render {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
// Channels of the series, beside its time.
constexpr std::size_t kTarget = 1, kWords = 4, kOfWord = kChartsOfRow;

// Tell-apart colours for all eyes (Okabe and Ito): blue, vermilion, purple; green for the target.
constexpr std::array<Colour, kOfWord> kWordColours{{{0, 114, 178}, {213, 94, 0}, {148, 92, 148}}};
constexpr Colour kTargetColour{0, 140, 105};

double highest(const WordReading& reading) {
  return reading.heat.empty() ? kNone : static_cast<double>(*std::ranges::max_element(reading.heat));
}

}  // namespace

Timeline::Timeline(const Report& asked, bool in_seconds)
    : asked_(asked),
      in_seconds_(in_seconds),
      num_words_(std::min(asked.words.size(), kMostWords)),
      series_(kWords + kOfWord * num_words_) {}

void Timeline::add(const Report& report, double time) {
  const ViewReading& view = report.main_view();
  if (series_.num_added() == 0) grid_ = view.grid;
  width_ = std::max(width_, view.grid.image_width);
  height_ = std::max(height_, view.grid.image_height);
  std::vector<double> values(series_.num_channels(), kNone);
  values[kTimeChannel] = time;
  if (report.target) {
    values[kTarget] = report.target->point.x;
    values[kTarget + 1] = report.target->point.y;
    values[kTarget + 2] = report.target->score;
  }
  for (std::size_t word = 0; word < num_words_; ++word) {
    const WordReading& reading = view.readings[word];
    double* of_word = values.data() + kWords + kOfWord * word;
    of_word[0] = reading.entropy;
    of_word[1] = highest(reading);
    of_word[2] = reading.nothing.value_or(kNone);
  }
  series_.add(values);
}

Image Timeline::draw(const Looks& looks, const Labels& labels) const {
  const SheetLanguage language(looks, labels);
  const auto say = [&](const char* zh, const char* en) { return language.say(zh, en); };
  ChartSheet sheet;
  sheet.heading = {asked_.instruction, facts_of(asked_, grid_, language)};
  std::vector<std::string>& facts = sheet.heading.facts;
  facts.push_back(std::to_string(series_.num_added()) +
                  (series_.num_added() == 1 ? say(" 帧", " frame") : say(" 帧", " frames")));
  if (series_.num_added() > kPlotWidth) {
    facts.emplace_back(say("线为均值，带为最低到最高", "line: mean, band: lowest to highest"));
  }
  sheet.in_seconds = in_seconds_;
  sheet.seconds_name = in_seconds_ ? say("时间 秒", "time, s") : say("帧", "frame");
  sheet.minutes_name = say("时间 分:秒", "time, min:s");

  for (std::size_t word = 0; word < num_words_; ++word) {
    const std::size_t channel = kWords + kOfWord * word;
    sheet.rows.push_back({labels.word_name(asked_.words[word].text, word),
                          {{{channel, {0, 1}, kWordColours[0]},
                            {channel + 1, {0, round_share(series_.whole(channel + 1).high)}, kWordColours[1]},
                            {channel + 2, {0, 1}, kWordColours[2]}}}});
  }
  sheet.rows.front().headings = {say("熵", "entropy"), say("最高权重", "highest weight"),
                                 say("无此物", "nothing here")};
  if (!series_.whole(kTarget).empty()) {
    // y grows downwards, as in the picture.
    sheet.rows.push_back({say("目标", "target"),
                          {{{kTarget, {0, double(width_)}, kTargetColour},
                            {kTarget + 1, {double(height_), 0}, kTargetColour},
                            {kTarget + 2, {0, 1}, kTargetColour}}},
                          {"x", "y", say("得分", "score")}});
  }
  return draw_charts(sheet, series_, labels);
}

}  // namespace attnviz::render
