// Linear attention (Katharopoulos et al., "Transformers are RNNs: Fast Autoregressive Transformers with Linear
// Attention", 2020): A[w, n] = phi(q_w) . phi(k_n) / sum over n, phi(x) = elu(x) + 1, no scale by sqrt(head_dim). Since
// nothing stands between the two products, phi(K)^T V is formed first, once for all words, and the cost of the output
// is (num_keys + num_words) head_dim^2 instead of num_words num_keys head_dim. Weights cost what they always do.
//
// Another function than softmax attention, not an approximation of it. Measured on random inputs (196 keys, head_dim
// 32, scores of deviation 1; unit.attention_linear repeats it): 0.36 of the weight lies elsewhere and the output
// differs by 0.78 of its norm; from its own double-precision reference, weights differ by 2e-9 and outputs by 1e-7.
//
// A PairMask has no place here: without forming the pairs there is nothing to leave out. The layer refuses one.
#pragma once

#include <cstddef>
#include <vector>

#include "attnviz/attention/mask.hpp"
#include "attnviz/attention/matmul.hpp"
#include "attnviz/core/matrix.hpp"

namespace attnviz::attention {

class LinearAttentionHead {
public:
  LinearAttentionHead() = default;
  // key, value [num_keys, head_dim]; mask [num_keys] or empty. Borrows the key and the mask.
  LinearAttentionHead(ConstMatrixView key, ConstMatrixView value, KeyMask mask = {});

  // query [num_words, head_dim], not scaled; attended [num_words, head_dim]; weights [num_words, num_keys] or empty.
  // False where a word's weights have no finite sum above zero: a score is not finite, all keys are masked, phi
  // underflows.
  [[nodiscard]] bool attend(ConstMatrixView query, MatrixView attended, MatrixView weights = {}) const;

private:
  void weigh(ConstMatrixView features, std::size_t first_key, MatrixView weights) const;

  ConstMatrixView key_;
  KeyMask mask_;
  PackedMatrix summary_;          // (phi(K)^T V)^T, packed: [head_dim, head_dim]
  std::vector<double> key_sums_;  // phi(K)^T 1 [head_dim]
};

}  // namespace attnviz::attention
