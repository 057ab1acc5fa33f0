// The k highest values of a row that may arrive in pieces, with the keys that they belong to.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "attnviz/attention/weights.hpp"

namespace attnviz::attention {

class StrongestKeys {
public:
  explicit StrongestKeys(std::size_t count) : count_(count) {}

  // values[i] belongs to key first_key + i; keys arrive in ascending order. -infinity is never taken.
  void add(std::span<const float> values, std::size_t first_key = 0);

  // The highest first, equal ones by ascending key; at most `count`. Leaves nothing behind.
  std::vector<KeyWeight> take();

private:
  void offer(float value, std::size_t key);

  std::size_t count_;
  std::vector<KeyWeight> heap_;  // the weakest of those kept at the front
};

}  // namespace attnviz::attention
