#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>
#include <string>

#include "attnviz/analysis/readout.hpp"
#include "attnviz/core/error.hpp"

namespace attnviz::analysis {
namespace {

// The indices that a choice stands for: one, or all where `choice` is one of the words for "all".
struct Range {
  std::size_t begin = 0, end = 0;
};

std::optional<std::size_t> parse_index(const std::string& text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Range one_of(const std::string& choice, std::size_t count, const std::string& option, const std::string& names) {
  const std::optional<std::size_t> index = parse_index(choice);
  if (!index) throw Error(ErrorCode::usage, option, "'" + choice + "' is not a choice", "give a number or " + names);
  if (*index >= count) {
    throw Error(ErrorCode::usage, option, choice + " is beyond the model", "it has 0 to " + std::to_string(count - 1));
  }
  return {*index, *index + 1};
}

Range layers_of(const std::string& choice, std::size_t num_layers) {
  if (choice == "last") return {num_layers - 1, num_layers};
  if (choice == "mean") return {0, num_layers};
  return one_of(choice, num_layers, "--layer", "last, mean");
}

Range heads_of(const std::string& choice, std::size_t num_heads) {
  if (choice == "mean" || choice == "max") return {0, num_heads};
  return one_of(choice, num_heads, "--head", "mean, max");
}

// Scales a word's row and nothing share to a sum of 1: a maximum over heads has lost it.
void normalise(std::vector<float>& row, float* nothing) {
  double sum = nothing != nullptr ? *nothing : 0.0;
  for (const float weight : row) sum += weight;
  if (sum <= 0) return;
  for (float& weight : row) weight = static_cast<float>(weight / sum);
  if (nothing != nullptr) *nothing = static_cast<float>(*nothing / sum);
}

// The shown layers' weights of one head, summed: [num_patches].
std::vector<float> map_of_head(const AttentionMaps& maps, const Range& layers, std::size_t head, std::size_t word) {
  std::vector<float> sum(maps.num_patches);
  for (std::size_t layer = layers.begin; layer < layers.end; ++layer) {
    const auto row = maps.row(layer, head, word);
    for (std::size_t patch = 0; patch < sum.size(); ++patch) sum[patch] += row[patch];
  }
  return sum;
}

// WordMaps::agreement of one word.
double agreement(const AttentionMaps& maps, const Range& layers, const Range& heads, std::size_t word) {
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
  const Range layers = layers_of(view.layer, maps.num_layers);
  const Range heads = heads_of(view.head, maps.num_heads);
  const bool take_max = view.head == "max";
  const auto combine = [take_max](float& into, float weight) {
    if (take_max) {
      into = std::max(into, weight);
    } else {
      into += weight;
    }
  };

  WordMaps result;
  result.weights.assign(maps.num_words, std::vector<float>(maps.num_patches));
  if (!maps.nothing.empty()) result.nothing.assign(maps.num_words, 0.0F);
  for (std::size_t word = 0; word < maps.num_words; ++word) {
    std::vector<float>& row = result.weights[word];
    float* nothing = result.nothing.empty() ? nullptr : &result.nothing[word];
    for (std::size_t layer = layers.begin; layer < layers.end; ++layer) {
      for (std::size_t head = heads.begin; head < heads.end; ++head) {
        const auto source = maps.row(layer, head, word);
        for (std::size_t patch = 0; patch < row.size(); ++patch) combine(row[patch], source[patch]);
        if (nothing != nullptr) combine(*nothing, maps.nothing[maps.row_index(layer, head, word)]);
      }
    }
    normalise(row, nothing);
    if (heads.end - heads.begin > 1) result.agreement.push_back(agreement(maps, layers, heads, word));
  }
  return result;
}

}  // namespace attnviz::analysis
