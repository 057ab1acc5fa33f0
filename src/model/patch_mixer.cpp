#include "model/patch_mixer.hpp"

#include <algorithm>

namespace attnviz::model {
namespace {

constexpr std::size_t kKernel = 5, kStride = 1;

}  // namespace

PatchMixer::PatchMixer(const std::string& name, std::size_t dim, const Weights& weights)
    : depthwise_(read_depthwise(weights, name + ".depthwise", kKernel, kStride, dim, attention::Activation::none)),
      ffn_(weights.feed_forward(name + ".ffn", dim, weights.num_rows(name + ".ffn.up.weight"))),
      norm_(weights.norm(name + ".norm", dim)) {}

void PatchMixer::apply(Matrix& tokens, MapSize grid, attention::KeyMask content) const {
  Matrix seen = tokens;
  for (std::size_t cell = 0; cell < seen.rows(); ++cell) {
    if (content[cell] == 0) std::ranges::fill(seen.row(cell), 0.0f);
  }
  Matrix around(tokens.rows(), tokens.cols());
  depthwise_.forward(seen, grid, {0, grid.height}, around);
  fusion::add(tokens, ffn_.forward(around));
  norm_.apply(tokens);
}

}  // namespace attnviz::model
