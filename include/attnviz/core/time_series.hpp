// Quantities that are measured again and again, in bounded memory however often: neighbouring points are merged as soon
// as there are too many, and each keeps the range and the mean of what it stands for.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace attnviz {

// Values of one quantity.
struct Range {
  float low = std::numeric_limits<float>::infinity(), high = -std::numeric_limits<float>::infinity();
  double sum = 0;
  std::size_t count = 0;

  bool empty() const { return count == 0; }
  double mean() const { return sum / static_cast<double>(count); }  // of at least one value
  void add(double value);                                           // NaN is no value
  void merge(const Range& other);
};

class TimeSeries {
public:
  // `num_channels`: quantities, at least one. `max_points`: at least 2.
  explicit TimeSeries(std::size_t num_channels, std::size_t max_points = 4096);

  // What was measured now, one value a channel; NaN where there is none. Another number is a mistake of the program:
  // std::logic_error.
  void add(std::span<const double> values);

  std::size_t num_channels() const { return num_channels_; }
  std::size_t num_added() const { return num_added_; }
  std::size_t num_points() const { return points_.size() / num_channels_; }  // in the order of time
  const Range& at(std::size_t point, std::size_t channel) const { return points_[point * num_channels_ + channel]; }
  // All of one channel.
  Range whole(std::size_t channel) const;

private:
  void merge_neighbours();

  std::size_t num_channels_, max_points_;
  std::size_t num_added_ = 0, added_per_point_ = 1;
  std::vector<Range> points_;  // [num_points, num_channels]
};

}  // namespace attnviz
