// attnviz itself: CrossModalAttention, head-mean weights kept, the path that it chooses by counted cost.
#include <cstring>
#include <span>

#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/core/parallel.hpp"
#include "peer.hpp"

namespace {

using namespace attnviz;

attention::Linear linear(const PeerInputs& inputs, int index, std::size_t width) {
  return attention::Linear({{inputs.weight[index], width, width}, std::span(inputs.bias[index], width)});
}

class AttnvizPeer : public Peer {
public:
  AttnvizPeer(const PeerShape& shape, const PeerInputs& inputs)
      : layer_({linear(inputs, 0, shape.model_dim), linear(inputs, 1, shape.model_dim),
                linear(inputs, 2, shape.model_dim), linear(inputs, 3, shape.model_dim)},
               shape.num_heads, "peer"),
        words_(inputs.words, shape.num_words, shape.model_dim),
        patches_(inputs.patches, shape.num_patches, shape.model_dim) {
    set_num_threads(shape.num_threads);
    options_.keep.head_mean = true;
  }

  void run() override { result_ = layer_.forward(words_, patches_, options_); }

  void copy_result(float* output, float* weights) const override {
    copy(result_.output, output);
    copy(result_.weights.head_mean, weights);
  }

  const char* path() const override {
    const std::size_t width = layer_.model_dim();
    const auto path =
        attention::cheapest_path({words_.rows(), patches_.rows(), layer_.num_heads(), width, width, width, width});
    return path == attention::AttentionPath::folded ? "folded" : "plain";
  }

private:
  static void copy(const Matrix& matrix, float* to) {
    std::memcpy(to, matrix.data(), matrix.rows() * matrix.cols() * sizeof(float));
  }

  attention::CrossModalAttention layer_;
  ConstMatrixView words_, patches_;
  attention::AttentionOptions options_;
  attention::AttentionResult result_;
};

}  // namespace

std::unique_ptr<Peer> make_peer(const PeerShape& shape, const PeerInputs& inputs, bool /*with_weights*/) {
  return std::make_unique<AttnvizPeer>(shape, inputs);
}

const char* peer_version() { return PEER_ATTNVIZ_VERSION; }
