#include "attnviz/core/time_series.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace attnviz {

void Range::add(double value) {
  if (std::isnan(value)) return;
  low = std::min(low, static_cast<float>(value));
  high = std::max(high, static_cast<float>(value));
  sum += value;
  ++count;
}

void Range::merge(const Range& other) {
  low = std::min(low, other.low);
  high = std::max(high, other.high);
  sum += other.sum;
  count += other.count;
}

TimeSeries::TimeSeries(std::size_t num_channels, std::size_t max_points)
    : num_channels_(num_channels), max_points_(max_points) {
  if (num_channels == 0 || max_points < 2) throw std::logic_error("a time series of nothing");
}

void TimeSeries::add(std::span<const double> values) {
  if (values.size() != num_channels_) throw std::logic_error("a time series needs a value a channel");
  if (num_added_ % added_per_point_ == 0) {
    if (num_points() == max_points_) merge_neighbours();
    // With an odd number of points the last one of a merge is half full, and takes this value.
    if (num_added_ % added_per_point_ == 0) points_.resize(points_.size() + num_channels_);
  }
  Range* last = points_.data() + points_.size() - num_channels_;
  for (std::size_t channel = 0; channel < num_channels_; ++channel) last[channel].add(values[channel]);
  ++num_added_;
}

void TimeSeries::merge_neighbours() {
  const std::size_t before = num_points(), after = (before + 1) / 2;
  for (std::size_t point = 0; point < before; ++point) {
    for (std::size_t channel = 0; channel < num_channels_; ++channel) {
      Range& merged = points_[point / 2 * num_channels_ + channel];
      const Range& from = points_[point * num_channels_ + channel];
      if (point % 2 == 0) {
        merged = from;
      } else {
        merged.merge(from);
      }
    }
  }
  points_.resize(after * num_channels_);
  added_per_point_ *= 2;
}

Range TimeSeries::whole(std::size_t channel) const {
  Range range;
  for (std::size_t point = 0; point < num_points(); ++point) range.merge(at(point, channel));
  return range;
}

}  // namespace attnviz
