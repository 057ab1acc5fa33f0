// What words look at over time, as one picture of small charts.
#pragma once

#include <cstddef>

#include "attnviz/core/image.hpp"
#include "attnviz/core/patch_grid.hpp"
#include "attnviz/core/report.hpp"
#include "attnviz/core/time_series.hpp"
#include "attnviz/render/labels.hpp"
#include "attnviz/render/pictures.hpp"

namespace attnviz::render {

class Timeline {
public:
  // `asked`: a report of the job, of which words, instruction and model are taken; the first 120 words are kept.
  // `in_seconds`: the times given to `add` are seconds, else numbers of frames.
  Timeline(const Report& asked, bool in_seconds);

  // One frame, in the order of time.
  void add(const Report& report, double time);

  // Of at least one frame. A row a word: its entropy, its highest weight and its share of "nothing here"; below, the
  // target's place and score. Where a column of pixels stands for several frames it shows their range, and the line
  // their mean.
  Image draw(const Looks& looks, const Labels& labels) const;

private:
  Report asked_;
  bool in_seconds_;
  std::size_t num_words_;
  PatchGrid grid_;              // of the first frame
  int width_ = 1, height_ = 1;  // of the largest frame
  TimeSeries series_;           // time; x, y, score of the target; entropy, peak, nothing of each word
};

}  // namespace attnviz::render
