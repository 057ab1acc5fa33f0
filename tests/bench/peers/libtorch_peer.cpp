// libtorch: torch::nn::MultiheadAttention, inference mode. Keys and values are one tensor, so their projections are one
// product.
#include <torch/torch.h>

#include <cstring>

#include "peer.hpp"

namespace {

torch::Tensor borrowed(const float* values, std::initializer_list<std::int64_t> sizes) {
  return torch::from_blob(const_cast<float*>(values), sizes);
}

class LibtorchPeer : public Peer {
public:
  LibtorchPeer(const PeerShape& shape, const PeerInputs& inputs, bool with_weights) : with_weights_(with_weights) {
    torch::set_num_threads(static_cast<int>(shape.num_threads));
    const c10::InferenceMode guard;
    const auto width = static_cast<std::int64_t>(shape.model_dim);
    const auto matrix = [&](int i) { return borrowed(inputs.weight[i], {width, width}); };
    const auto vector = [&](int i) { return borrowed(inputs.bias[i], {width}); };
    attention_ = torch::nn::MultiheadAttention(
        torch::nn::MultiheadAttentionOptions(width, static_cast<std::int64_t>(shape.num_heads)));
    attention_->eval();
    attention_->in_proj_weight.copy_(torch::cat({matrix(0), matrix(1), matrix(2)}));
    attention_->in_proj_bias.copy_(torch::cat({vector(0), vector(1), vector(2)}));
    attention_->out_proj->weight.copy_(matrix(3));
    attention_->out_proj->bias.copy_(vector(3));
    words_ = borrowed(inputs.words, {static_cast<std::int64_t>(shape.num_words), 1, width});
    patches_ = borrowed(inputs.patches, {static_cast<std::int64_t>(shape.num_patches), 1, width});
  }

  void run() override {
    const c10::InferenceMode guard;
    std::tie(output_, weights_) = attention_->forward(words_, patches_, patches_, {}, with_weights_);
  }

  void copy_result(float* output, float* weights) const override {
    const c10::InferenceMode guard;
    copy(output_, output);
    if (with_weights_) copy(weights_, weights);
  }

private:
  static void copy(const torch::Tensor& tensor, float* to) {
    const torch::Tensor dense = tensor.contiguous();
    std::memcpy(to, dense.data_ptr<float>(), dense.nbytes());
  }

  bool with_weights_;
  torch::nn::MultiheadAttention attention_{nullptr};
  torch::Tensor words_, patches_, output_, weights_;
};

}  // namespace

std::unique_ptr<Peer> make_peer(const PeerShape& shape, const PeerInputs& inputs, bool with_weights) {
  return std::make_unique<LibtorchPeer>(shape, inputs, with_weights);
}

const char* peer_version() { return TORCH_VERSION; }
