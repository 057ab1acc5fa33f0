#include "attnviz/attention/cost.hpp"

#include <stdexcept>

#include "attention/panels.hpp"

namespace attnviz::attention {

double multiply_adds(const AttentionShape& shape, AttentionPath path) {
  const auto words = static_cast<double>(shape.num_words), keys = static_cast<double>(shape.num_keys);
  const auto heads = static_cast<double>(shape.num_heads), model_dim = static_cast<double>(shape.model_dim);
  const auto patch_dim = static_cast<double>(shape.patch_dim);
  const double queries_and_output =
      words * model_dim * (static_cast<double>(shape.word_dim) + static_cast<double>(shape.out_dim));
  const auto padded_dim = static_cast<double>(shape.num_heads * round_up(shape.model_dim / shape.num_heads, kWidth));
  switch (path) {
    case AttentionPath::plain:
      return queries_and_output + 2 * keys * patch_dim * padded_dim + 2 * words * keys * padded_dim;
    case AttentionPath::folded:
      return queries_and_output + 2 * words * patch_dim * model_dim + 2 * heads * words * keys * patch_dim;
    case AttentionPath::cheapest:
      break;
  }
  throw std::logic_error("multiply_adds: of one path");
}

AttentionPath cheapest_path(const AttentionShape& shape) {
  // The folded path reads and writes its wide sums block by block: a multiply-add there took 1.1 to 1.2 times as long
  // where both paths were measured at about equal counts (64 words of heads of 64 columns).
  constexpr double kFoldedWeight = 1.15;
  const bool fold =
      kFoldedWeight * multiply_adds(shape, AttentionPath::folded) < multiply_adds(shape, AttentionPath::plain);
  return fold ? AttentionPath::folded : AttentionPath::plain;
}

}  // namespace attnviz::attention
