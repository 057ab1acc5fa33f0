#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "attnviz/analysis/readout.hpp"
#include "attnviz/core/error.hpp"

namespace attnviz::analysis {
namespace {

struct Range {
  std::size_t begin = 0, end = 0;
};

std::optional<std::size_t> parse_index(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// `names`: what may be given instead of a number.
std::size_t index_of(const std::string& choice, std::size_t count, const std::string& option,
                     const std::string& names) {
  const std::optional<std::size_t> index = parse_index(choice);
  if (!index) throw Error(ErrorCode::usage, option, "'" + choice + "' is not a choice", "give a number or " + names);
  if (*index >= count) {
    throw Error(ErrorCode::usage, option, choice + " is beyond the model", "it has 0 to " + std::to_string(count - 1));
  }
  return *index;
}

void scale_to_one(std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
}

// How much each layer counts: [num_layers], sums to 1.
std::vector<double> layer_shares(const std::string& choice, std::size_t num_layers) {
  std::vector<double> shares(num_layers);
  if (choice == "mean") {
    std::ranges::fill(shares, 1.0);
  } else if (choice == "rollout") {
    for (std::size_t layer = 0; layer < num_layers; ++layer) shares[layer] = std::exp2(static_cast<double>(layer));
  } else if (choice == "last") {
    shares.back() = 1;
  } else {
    shares[index_of(choice, num_layers, "--layer", "last, mean, rollout")] = 1;
  }
  scale_to_one(shares);
  return shares;
}

Range heads_of(const std::string& choice, std::size_t num_heads) {
  if (choice == "mean" || choice == "max") return {0, num_heads};
  const std::size_t head = index_of(choice, num_heads, "--head", "mean, max");
  return {head, head + 1};
}

// One word's weights over the patches, then its share of nothing: [num_patches + 1].
using Row = std::vector<float>;

// Of one layer: the mean or the maximum of the heads; a maximum is scaled to sum to 1 again.
Row row_of_layer(const AttentionMaps& maps, std::size_t layer, const Range& heads, bool take_max, std::size_t word) {
  Row row(maps.num_patches + 1);
  const auto combine = [take_max](float& into, float weight) {
    into = take_max ? std::max(into, weight) : into + weight;
  };
  for (std::size_t head = heads.begin; head < heads.end; ++head) {
    const auto source = maps.row(layer, head, word);
    for (std::size_t patch = 0; patch < maps.num_patches; ++patch) combine(row[patch], source[patch]);
    if (!maps.nothing.empty()) combine(row.back(), maps.nothing[maps.row_index(layer, head, word)]);
  }
  const double sum = std::accumulate(row.begin(), row.end(), 0.0);
  if (sum > 0) {
    for (float& weight : row) weight = static_cast<float>(weight / sum);
  }
  return row;
}

// The shown layers' weights of one head: [num_patches].
std::vector<float> map_of_head(const AttentionMaps& maps, const std::vector<double>& layers, std::size_t head,
                               std::size_t word) {
  std::vector<float> sum(maps.num_patches);
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    if (layers[layer] == 0) continue;
    const auto row = maps.row(layer, head, word);
    for (std::size_t patch = 0; patch < sum.size(); ++patch)
      sum[patch] += static_cast<float>(layers[layer]) * row[patch];
  }
  return sum;
}

// WordMaps::agreement of one word.
double agreement(const AttentionMaps& maps, const std::vector<double>& layers, const Range& heads, std::size_t word) {
  std::vector<std::vector<float>> seen;
  std::vector<double> share;  // what each head gives to patches
  for (std::size_t head = heads.begin; head < heads.end; ++head) {
    seen.push_back(map_of_head(maps, layers, head, word));
    share.push_back(std::accumulate(seen.back().begin(), seen.back().end(), 0.0));
  }
  double overlap = 0, weight = 0;
  for (std::size_t a = 0; a < seen.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      weight += share[a] * share[b];
      for (std::size_t patch = 0; patch < maps.num_patches; ++patch) {
        overlap += std::min(seen[a][patch] * share[b], seen[b][patch] * share[a]);
      }
    }
  }
  return weight > 0 ? overlap / weight : 1;
}

}  // namespace

WordMaps aggregate(const AttentionMaps& maps, const ViewChoice& view) {
  const std::vector<double> layers = layer_shares(view.layer, maps.num_layers);
  const Range heads = heads_of(view.head, maps.num_heads);
  WordMaps result;
  for (std::size_t word = 0; word < maps.num_words; ++word) {
    std::vector<double> sum(maps.num_patches + 1);
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      if (layers[layer] == 0) continue;
      const Row row = row_of_layer(maps, layer, heads, view.head == "max", word);
      for (std::size_t i = 0; i < row.size(); ++i) sum[i] += layers[layer] * row[i];
    }
    result.weights.emplace_back(sum.begin(), sum.end() - 1);
    if (!maps.nothing.empty()) result.nothing.push_back(static_cast<float>(sum.back()));
    if (heads.end - heads.begin > 1) result.agreement.push_back(agreement(maps, layers, heads, word));
  }
  return view.relative ? relative_to_mean(std::move(result)) : result;
}

}  // namespace attnviz::analysis
