#include "attnviz/analysis/readout.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "attnviz/core/error.hpp"

namespace attnviz::analysis {
namespace {

constexpr double kSinkFactor = 8;  // times the uniform share

std::vector<int> content_patches(const PatchGrid& grid) {
  std::vector<int> patches;
  for (int patch = 0; patch < grid.num_patches(); ++patch) {
    if (grid.has_content(patch)) patches.push_back(patch);
  }
  return patches;
}

// Uniform over the content where nothing is left of the weights.
std::vector<float> heat_of(const std::vector<float>& weights, const std::vector<int>& content) {
  double sum = 0;
  for (const int patch : content) sum += weights[static_cast<std::size_t>(patch)];
  std::vector<float> heat(weights.size());
  for (const int patch : content) {
    const auto p = static_cast<std::size_t>(patch);
    heat[p] = static_cast<float>(sum > 0 ? weights[p] / sum : 1.0 / static_cast<double>(content.size()));
  }
  return heat;
}

}  // namespace

std::vector<std::vector<float>> heatmaps(const WordMaps& maps, const PatchGrid& grid) {
  const std::vector<int> content = content_patches(grid);
  std::vector<std::vector<float>> heats;
  for (const std::vector<float>& weights : maps.weights) heats.push_back(heat_of(weights, content));
  return heats;
}

WordMaps relative_to_mean(WordMaps maps) {
  if (maps.weights.size() < 2) return maps;
  std::vector<double> mean(maps.weights.front().size());
  for (const std::vector<float>& row : maps.weights) {
    for (std::size_t p = 0; p < mean.size(); ++p) mean[p] += row[p] / static_cast<double>(maps.weights.size());
  }
  for (std::vector<float>& row : maps.weights) {
    std::vector<float> above(row.size());
    for (std::size_t p = 0; p < row.size(); ++p) above[p] = static_cast<float>(std::max(0.0, row[p] - mean[p]));
    const double left = std::accumulate(above.begin(), above.end(), 0.0);
    if (left <= 0) continue;
    const double scale = std::accumulate(row.begin(), row.end(), 0.0) / left;
    for (std::size_t p = 0; p < row.size(); ++p) row[p] = static_cast<float>(above[p] * scale);
  }
  return maps;
}

double normalised_entropy(const std::vector<float>& weights, std::size_t num_choices) {
  if (num_choices < 2) return 0;
  double entropy = 0;
  for (const double weight : weights) {
    if (weight > 0) entropy -= weight * std::log(weight);
  }
  return std::clamp(entropy / std::log(static_cast<double>(num_choices)), 0.0, 1.0);
}

std::vector<TopPatch> top_patches(const std::vector<float>& heat, const PatchGrid& grid, int top_k) {
  std::vector<int> order = content_patches(grid);
  if (top_k < 1 || static_cast<std::size_t>(top_k) > order.size()) {
    throw Error(ErrorCode::usage, "--top",
                std::to_string(top_k) + " patches asked for, the image has " + std::to_string(order.size()),
                "ask for no more than that");
  }
  const auto weight = [&heat](int patch) { return heat[static_cast<std::size_t>(patch)]; };
  std::partial_sort(order.begin(), order.begin() + top_k, order.end(),
                    [&](int a, int b) { return weight(a) != weight(b) ? weight(a) > weight(b) : a < b; });
  std::vector<TopPatch> top;
  double cumulative = 0;
  for (int rank = 1; rank <= top_k; ++rank) {
    const int patch = order[static_cast<std::size_t>(rank - 1)];
    cumulative += weight(patch);
    top.push_back(
        {rank, patch, grid.row_of(patch), grid.col_of(patch), weight(patch), cumulative, grid.patch_box(patch)});
  }
  return top;
}

std::vector<bool> find_sinks(const WordMaps& maps, const Words& words, const PatchGrid& grid) {
  std::vector<bool> sinks(static_cast<std::size_t>(grid.num_patches()));
  const bool has_other =
      std::any_of(words.begin(), words.end(), [](const Word& word) { return word.kind == WordKind::other; });
  if (!has_other || words.size() < 2) return sinks;
  const std::vector<int> content = content_patches(grid);
  const double threshold = kSinkFactor / static_cast<double>(content.size());
  for (const int patch : content) {
    const auto p = static_cast<std::size_t>(patch);
    sinks[p] = std::all_of(maps.weights.begin(), maps.weights.end(),
                           [&](const std::vector<float>& row) { return row[p] >= threshold; });
  }
  return sinks;
}

std::vector<WordReading> read_maps(const WordMaps& maps, const PatchGrid& grid) {
  std::vector<WordReading> readings;
  for (std::vector<float>& heat : heatmaps(maps, grid)) {
    WordReading reading;
    reading.heat = std::move(heat);
    if (!maps.nothing.empty()) reading.nothing = maps.nothing[readings.size()];
    readings.push_back(std::move(reading));
  }
  return readings;
}

std::vector<PatchReading> read_patches(const WordMaps& maps, const PatchGrid& grid) {
  constexpr double kTrace = 0.05;  // strength below which a patch is nobody's
  std::vector<double> highest;     // [num_words]
  for (const std::vector<float>& row : maps.weights) highest.push_back(*std::ranges::max_element(row));
  std::vector<PatchReading> patches(static_cast<std::size_t>(grid.num_patches()));
  for (const int patch : content_patches(grid)) {
    const auto p = static_cast<std::size_t>(patch);
    std::size_t best = 0;
    double sum = 0;
    for (std::size_t word = 0; word < maps.weights.size(); ++word) {
      sum += maps.weights[word][p];
      if (maps.weights[word][p] > maps.weights[best][p]) best = word;
    }
    if (!(sum > 0)) continue;
    const double weight = maps.weights[best][p], to_image = maps.nothing.empty() ? 1.0 : 1.0 - maps.nothing[best];
    const double strength = weight / highest[best] * to_image;
    if (strength >= kTrace) patches[p] = {static_cast<int>(best), weight / sum, strength};
  }
  return patches;
}

std::vector<WordReading> read_words(const WordMaps& maps, const Words& words, const PatchGrid& grid, int top_k) {
  const std::size_t num_content = content_patches(grid).size();
  const std::vector<bool> sinks = find_sinks(maps, words, grid);
  std::vector<WordReading> readings = read_maps(maps, grid);
  for (std::size_t word = 0; word < words.size(); ++word) {
    WordReading& reading = readings[word];
    reading.entropy = normalised_entropy(reading.heat, num_content);
    if (!maps.agreement.empty()) reading.agreement = maps.agreement[word];
    for (std::size_t patch = 0; patch < sinks.size(); ++patch) {
      if (sinks[patch]) reading.sink += reading.heat[patch];
    }
    reading.top = top_patches(reading.heat, grid, top_k);
  }
  return readings;
}

}  // namespace attnviz::analysis
