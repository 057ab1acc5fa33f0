#include "attention/top_k_attention.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

#include "attention/strongest_keys.hpp"
#include "attnviz/attention/matmul.hpp"

namespace attnviz::attention {
namespace {

// The scores of a block stay in the second-level cache (128 KiB).
constexpr std::size_t kBlockWords = 64, kBlockKeys = 512;
constexpr float kExcluded = -std::numeric_limits<float>::infinity();

bool attends(const HeadBlock& head, std::size_t word, std::size_t key) {
  if (!head.mask.empty() && head.mask[key] == 0) return false;
  return head.pairs == nullptr || head.pairs->row(head.first_word + word)[key] != 0;
}

// Whether any of some words attends to any of some keys.
bool any_attends(const HeadBlock& head, std::size_t first_word, std::size_t words, std::size_t first_key,
                 std::size_t keys) {
  for (std::size_t word = first_word; word < first_word + words; ++word) {
    for (std::size_t key = first_key; key < first_key + keys; ++key) {
      if (attends(head, word, key)) return true;
    }
  }
  return false;
}

// Scores of keys that the word may not attend to become kExcluded; false where one of the others is not finite.
bool exclude_masked(std::span<float> scores, const HeadBlock& head, std::size_t word, std::size_t first_key) {
  bool finite = true;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (attends(head, word, first_key + i)) {
      finite = finite && std::isfinite(scores[i]);
    } else {
      scores[i] = kExcluded;
    }
  }
  return finite;
}

// The strongest keys of words [first_word, first_word + strongest.size()) by score.
bool find_strongest(const HeadBlock& head, std::size_t first_word, std::span<StrongestKeys> strongest) {
  const ConstMatrixView query = head.query.row_range(first_word, strongest.size());
  Matrix buffer(strongest.size(), std::min(kBlockKeys, head.key.rows()));
  for (std::size_t first_key = 0; first_key < head.key.rows(); first_key += kBlockKeys) {
    const std::size_t count = std::min(kBlockKeys, head.key.rows() - first_key);
    if (!any_attends(head, first_word, strongest.size(), first_key, count)) continue;
    const MatrixView scores = buffer.view().columns(0, count);
    matmul_transposed(query, head.key.row_range(first_key, count), scores);
    for (std::size_t i = 0; i < strongest.size(); ++i) {
      if (!exclude_masked(scores.row(i), head, first_word + i, first_key)) return false;
      strongest[i].add(scores.row(i), first_key);
    }
  }
  return true;
}

// Softmax over the scores, the highest first.
void normalise(std::span<KeyWeight> top) {
  const float highest = top.front().weight;
  double sum = 0;
  for (KeyWeight& entry : top) {
    entry.weight = std::exp(entry.weight - highest);
    sum += entry.weight;
  }
  for (KeyWeight& entry : top) entry.weight = static_cast<float>(entry.weight / sum);
}

void add_scaled(std::span<float> sum, float weight, std::span<const float> row) {
  for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += weight * row[c];
}

}  // namespace

bool attend_top_k(const HeadBlock& head, std::size_t top_k, MatrixView attended, MatrixView weights) {
  if (top_k == 0) throw std::logic_error("attend_top_k: no key asked for");
  for (std::size_t first = 0; first < head.query.rows(); first += kBlockWords) {
    const std::size_t count = std::min(kBlockWords, head.query.rows() - first);
    std::vector<StrongestKeys> strongest(count, StrongestKeys(std::min(top_k, head.key.rows())));
    if (!find_strongest(head, first, strongest)) return false;
    for (std::size_t word = first; word < first + count; ++word) {
      std::vector<KeyWeight> top = strongest[word - first].take();
      if (top.empty()) return false;
      normalise(top);
      std::ranges::fill(attended.row(word), 0.0f);
      for (const auto& [key, weight] : top) add_scaled(attended.row(word), weight, head.value.row(key));
      if (weights.data() == nullptr) continue;
      std::ranges::fill(weights.row(word), 0.0f);
      for (const auto& [key, weight] : top) weights(word, key) = weight;
    }
  }
  return true;
}

}  // namespace attnviz::attention
