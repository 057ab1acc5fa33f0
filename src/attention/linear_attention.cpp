#include "attention/linear_attention.hpp"

#include <algorithm>
#include <cmath>

namespace attnviz::attention {
namespace {

// Keys at a time: sums over more of them would lose digits in float32, and the copies stay in the cache.
constexpr std::size_t kBlockKeys = 256;

float elu_plus_one(float x) { return x > 0 ? x + 1 : std::exp(x); }

Matrix features_of(ConstMatrixView x) {
  Matrix features(x.rows(), x.cols());
  for (std::size_t r = 0; r < x.rows(); ++r) std::ranges::transform(x.row(r), features.row(r).begin(), elu_plus_one);
  return features;
}

}  // namespace

LinearAttentionHead::LinearAttentionHead(ConstMatrixView key, ConstMatrixView value, KeyMask mask)
    : key_(key), mask_(mask), key_sums_(key.cols()) {
  Matrix summary(key.cols(), value.cols());  // phi(K)^T V
  for (std::size_t first = 0; first < key.rows(); first += kBlockKeys) {
    const std::size_t count = std::min(kBlockKeys, key.rows() - first);
    Matrix transposed(key.cols(), count);  // phi(K)^T of this block, zero where masked
    for (std::size_t i = 0; i < count; ++i) {
      if (!mask.empty() && mask[first + i] == 0) continue;
      for (std::size_t c = 0; c < key.cols(); ++c) {
        const float feature = elu_plus_one(key(first + i, c));
        transposed(c, i) = feature;
        key_sums_[c] += feature;
      }
    }
    matmul_transposed(transposed, PackedMatrix::from_transposed(value.row_range(first, count)), summary,
                      {{}, Activation::none, summary});
  }
  summary_ = PackedMatrix::from_transposed(summary);
}

bool LinearAttentionHead::attend(ConstMatrixView query, MatrixView attended, MatrixView weights) const {
  const Matrix features = features_of(query);  // phi(Q)
  matmul_transposed(features, summary_, attended);
  if (weights.data() != nullptr) {
    for (std::size_t first = 0; first < key_.rows(); first += kBlockKeys) weigh(features, first, weights);
  }
  for (std::size_t word = 0; word < query.rows(); ++word) {
    double sum = 0;
    for (std::size_t c = 0; c < query.cols(); ++c) sum += features(word, c) * key_sums_[c];
    if (!(sum > 0) || !std::isfinite(sum)) return false;
    const auto normalise = [&](float& value) { value = static_cast<float>(value / sum); };
    std::ranges::for_each(attended.row(word), normalise);
    if (weights.data() != nullptr) std::ranges::for_each(weights.row(word), normalise);
  }
  return true;
}

// Not yet normalised weights of a block of keys.
void LinearAttentionHead::weigh(ConstMatrixView features, std::size_t first_key, MatrixView weights) const {
  const std::size_t count = std::min(kBlockKeys, key_.rows() - first_key);
  const MatrixView block = weights.columns(first_key, count);
  matmul_transposed(features, features_of(key_.row_range(first_key, count)).view(), block);
  if (mask_.empty()) return;
  for (std::size_t word = 0; word < block.rows(); ++word) {
    for (std::size_t i = 0; i < count; ++i) {
      if (mask_[first_key + i] == 0) block(word, i) = 0;
    }
  }
}

}  // namespace attnviz::attention
