#include "attnviz/analysis/compare.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace attnviz::analysis {
namespace {

constexpr double kNoise = 1e-5;  // reports are rounded to 6 digits

Point centre_of(const Box& box) { return {(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2}; }

double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

// Weights and ranks of one word's patches in one report.
class Standings {
public:
  // `whole`: all patches, in order of the map; else the listed ones alone.
  Standings(const WordReading& reading, bool whole) : heat_(reading.heat) {
    if (whole) {
      rank_map();
    } else {
      for (const TopPatch& patch : reading.top) listed_.try_emplace(patch.patch, Standing{patch.weight, patch.rank});
    }
  }

  Standing of(int patch) const {
    if (ranks_.empty()) {
      const auto found = listed_.find(patch);
      return found == listed_.end() ? Standing{} : found->second;
    }
    const auto p = static_cast<std::size_t>(patch);
    return {heat_[p], heat_[p] > 0 ? std::optional(ranks_[p]) : std::nullopt};
  }

private:
  void rank_map() {
    std::vector<int> order(heat_.size());
    std::iota(order.begin(), order.end(), 0);
    const auto weight = [this](int patch) { return heat_[static_cast<std::size_t>(patch)]; };
    std::ranges::sort(order, [&](int a, int b) { return weight(a) != weight(b) ? weight(a) > weight(b) : a < b; });
    ranks_.resize(order.size());
    int rank = 0;
    for (const int patch : order) ranks_[static_cast<std::size_t>(patch)] = ++rank;
  }

  const std::vector<float>& heat_;
  std::vector<int> ranks_;  // [num_patches] of a whole map
  std::unordered_map<int, Standing> listed_;
};

// The best listed patch where it is one of the map's highest: rounding makes ties of weights that were none.
MapPeak peak_of(const WordReading& reading, const PatchGrid& grid) {
  MapPeak peak;
  peak.patch = reading.top.front().patch;
  peak.weight = reading.top.front().weight;
  if (!reading.heat.empty()) {
    const auto highest = std::ranges::max_element(reading.heat);
    if (reading.heat[static_cast<std::size_t>(peak.patch)] < *highest) {
      peak.patch = static_cast<int>(highest - reading.heat.begin());
    }
    peak.weight = *highest;
  }
  peak.centre = centre_of(grid.patch_box(peak.patch));
  return peak;
}

ShiftedWeight where(const std::vector<double>& weights, const PatchGrid& grid) {
  const auto strongest = std::ranges::max_element(weights);
  ShiftedWeight shifted{{}, grid.patch_box(static_cast<int>(strongest - weights.begin()))};
  double sum = 0;
  for (std::size_t cell = 0; cell < weights.size(); ++cell) {
    const Point centre = centre_of(grid.patch_box(static_cast<int>(cell)));
    shifted.centre.x += weights[cell] * centre.x;
    shifted.centre.y += weights[cell] * centre.y;
    sum += weights[cell];
  }
  if (sum > 0) shifted.centre = {shifted.centre.x / sum, shifted.centre.y / sum};
  return shifted;
}

std::optional<Movement> movement(const std::vector<double>& a, const std::vector<double>& b, double common,
                                 const PatchGrid& grid) {
  if (1 - common < kNoise) return std::nullopt;
  Movement moved{1 - common, where(excess(a, b), grid), where(excess(b, a), grid)};
  moved.distance = distance(moved.lost.centre, moved.gained.centre);
  return moved;
}

// One view of both reports.
class MapComparer {
public:
  MapComparer(const PatchGrid& a, const PatchGrid& b)
      : a_(a), b_(b), common_(coarser(a, b)), same_(same_patches(a, b)) {}

  MapComparison operator()(const WordReading& a, const WordReading& b) {
    MapComparison found;
    found.whole = !a.heat.empty() && !b.heat.empty();
    found.a = peak_of(a, a_);
    found.b = peak_of(b, b_);
    found.distance = distance(found.a.centre, found.b.centre);
    if (found.whole) compare_maps(a, b, found);
    if (same_) compare_ranks(a, b, found);
    return found;
  }

private:
  void compare_maps(const WordReading& a, const WordReading& b, MapComparison& found) {
    if (!from_a_) from_a_.emplace(a_, common_);
    if (!from_b_) from_b_.emplace(b_, common_);
    const std::vector<double> map_a = (*from_a_)(a.heat), map_b = (*from_b_)(b.heat);
    found.overlap = std::min(1.0, overlap(map_a, map_b));
    found.moved = movement(map_a, map_b, *found.overlap, common_);
  }

  static void compare_ranks(const WordReading& a, const WordReading& b, MapComparison& found) {
    const Standings in_a(a, found.whole), in_b(b, found.whole);
    std::unordered_set<int> listed;
    double common = 0;
    for (const std::vector<TopPatch>* top : {&a.top, &b.top}) {
      for (const TopPatch& patch : *top) {
        if (!listed.insert(patch.patch).second) continue;
        found.ranks.push_back({patch.patch, in_a.of(patch.patch), in_b.of(patch.patch)});
        const RankChange& change = found.ranks.back();
        common += std::min(change.a.weight.value_or(0), change.b.weight.value_or(0));
      }
    }
    if (!found.whole) found.overlap = std::min(1.0, common);
    found.a.rank_in_other = in_b.of(found.a.patch).rank;
    found.b.rank_in_other = in_a.of(found.b.patch).rank;
  }

  const PatchGrid &a_, &b_, &common_;
  bool same_;
  std::optional<MapResampler> from_a_, from_b_;  // made with the first map: a grid without one may be of any size
};

ViewComparison compare_views(const ViewReading& a, const ViewReading& b, const std::vector<WordPair>& pairs) {
  if (a.grid.image_width != b.grid.image_width || a.grid.image_height != b.grid.image_height) {
    throw std::logic_error("views of images of different sizes are compared");
  }
  ViewComparison view{coarser(a.grid, b.grid), same_patches(a.grid, b.grid), {}};
  MapComparer compare_maps(a.grid, b.grid);
  for (const WordPair& pair : pairs) view.words.push_back(compare_maps(a.readings[pair.a], b.readings[pair.b]));
  return view;
}

TargetComparison compare_targets(const Target& a, const Target& b) {
  const double both = intersect(a.box, b.box).area(), either = a.box.area() + b.box.area() - both;
  return {distance(a.point, b.point), either > 0 ? both / either : 0};
}

}  // namespace

double overlap(const std::vector<double>& a, const std::vector<double>& b) {
  double common = 0;
  for (std::size_t cell = 0; cell < a.size(); ++cell) common += std::min(a[cell], b[cell]);
  return common;
}

std::vector<double> excess(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> more(a.size());
  for (std::size_t cell = 0; cell < a.size(); ++cell) more[cell] = std::max(0.0, a[cell] - b[cell]);
  return more;
}

WordPairing pair_words(const Words& a, const Words& b) {
  std::unordered_map<std::string, std::vector<std::size_t>> waiting;  // words of B, the last one first
  for (std::size_t i = b.size(); i-- > 0;) waiting[b[i].text].push_back(i);
  WordPairing pairing;
  std::vector<bool> is_paired(b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto found = waiting.find(a[i].text);
    if (found == waiting.end() || found->second.empty()) {
      pairing.only_a.push_back(i);
      continue;
    }
    pairing.pairs.push_back({i, found->second.back()});
    is_paired[found->second.back()] = true;
    found->second.pop_back();
  }
  for (std::size_t i = 0; i < b.size(); ++i) {
    if (!is_paired[i]) pairing.only_b.push_back(i);
  }
  return pairing;
}

ReportComparison compare(const Report& a, const Report& b, WordPairing words) {
  ReportComparison comparison{std::move(words), {}, std::nullopt};
  for (std::size_t i = 0; i < std::min(a.views.size(), b.views.size()); ++i) {
    comparison.views.push_back(compare_views(a.views[i], b.views[i], comparison.words.pairs));
  }
  if (a.target && b.target) comparison.target = compare_targets(*a.target, *b.target);
  return comparison;
}

}  // namespace attnviz::analysis
