// What attnviz reaches alone, a "key value" a line: the peak of multiply-adds, the plain path on a large square shape
// and a four-layer fusion network. Usage: speed THREADS
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "attnviz/attention/isa.hpp"
#include "attnviz/attention/peak.hpp"
#include "attnviz/core/parallel.hpp"
#include "attnviz/core/timing.hpp"
#include "attnviz/fusion/cross_modal.hpp"
#include "random_layer.hpp"

namespace {

using namespace attnviz;

// The best run of those that fit into a second, at least five.
template <typename Body>
double best_ms(const Body& body) {
  double best = std::numeric_limits<double>::max();
  const Stopwatch all;
  for (int run = 0; run < 5 || all.elapsed_ms() < 1000; ++run) {
    const Stopwatch watch;
    body();
    best = std::min(best, watch.elapsed_ms());
  }
  return best;
}

double plain_gflops() {
  constexpr std::size_t kTokens = 1024, kDim = 1024, kHeads = 16;
  const attention::CrossModalAttention layer = own::attention_layer(kDim, kHeads);
  const Matrix words = own::tokens(kTokens, kDim), patches = own::tokens(kTokens, kDim);
  attention::AttentionOptions options;
  options.keep.head_mean = true;
  options.path = attention::AttentionPath::plain;
  const double ms = best_ms([&] { layer.forward(words, patches, options); });
  const attention::AttentionShape shape{kTokens, kTokens, kHeads, kDim, kDim, kDim, kDim};
  return 2 * attention::multiply_adds(shape, attention::AttentionPath::plain) / ms * 1e-6;
}

fusion::CrossModalTransformerBlock block(std::size_t dim, std::size_t heads) {
  const auto residual = [dim] {
    return fusion::Residual(fusion::NormOrder::post,
                            fusion::LayerNorm(std::vector<float>(dim, 1.0f), std::vector<float>(dim), "norm"));
  };
  fusion::FeedForward ffn(own::linear(dim, 4 * dim), own::linear(4 * dim, dim), "ffn");
  return {fusion::AttentionSublayer(own::attention_layer(dim, heads), residual(), "attention"),
          fusion::FeedForwardSublayer(std::move(ffn), residual(), "ffn"), "block"};
}

double fusion_ms() {
  constexpr std::size_t kWords = 8, kPatches = 196, kDim = 256, kHeads = 8, kLayers = 4;
  std::vector<fusion::CrossModalTransformerBlock> layers;
  for (std::size_t i = 0; i < kLayers; ++i) layers.push_back(block(kDim, kHeads));
  const fusion::CrossModalFusionNetwork network(std::move(layers));
  const Matrix words = own::tokens(kWords, kDim), patches = own::tokens(kPatches, kDim);
  const fusion::Keys keys{patches, {}};
  attention::KeepWeights keep;
  keep.head_mean = true;
  return best_ms([&] { network.fuse(words, std::span(&keys, 1), keep); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  set_num_threads(std::strtoul(argv[1], nullptr, 10));
  std::printf("isa %s\n", attention::isa_in_use().c_str());
  std::printf("peak_gflops %.2f\n", attention::fma_peak_gflops());
  std::printf("plain_gflops %.2f\n", plain_gflops());
  std::printf("fusion_ms %.4f\n", fusion_ms());
}
