// oneDNN: matmul and softmax primitives. Weights are reordered once to the layout that oneDNN asks for, heads are
// strided views of the projections, the scale by 1 / sqrt(head_dim) is part of the query's weights. (Tried and not
// faster: keys and values from one product, inner_product for matmul, heads copied to a dense layout.)
#include <omp.h>

#include <cmath>
#include <cstring>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <unordered_map>
#include <vector>

#include "head_mean.hpp"
#include "peer.hpp"

namespace {

using dnnl::memory;
using Dims = memory::dims;
using Arguments = std::unordered_map<int, memory>;
constexpr auto kFloat = memory::data_type::f32;

struct Step {
  dnnl::primitive primitive;
  Arguments arguments;
};

class OneDnnPeer : public Peer {
public:
  OneDnnPeer(const PeerShape& shape, const PeerInputs& inputs)
      : shape_(shape),
        words_(dim(shape.num_words)),
        patches_(dim(shape.num_patches)),
        width_(dim(shape.model_dim)),
        heads_(dim(shape.num_heads)),
        head_dim_(dim(shape.head_dim())),
        mean_(shape.num_words * shape.num_patches) {
    omp_set_num_threads(static_cast<int>(shape.num_threads));
    const memory query = dense({words_, width_}), key = dense({patches_, width_}), value = dense({patches_, width_});
    const memory attended = dense({words_, width_});
    maps_ = dense({heads_, words_, patches_});
    output_ = dense({words_, width_});

    const std::vector<float> query_weight = scaled(inputs.weight[0], shape.model_dim * shape.model_dim);
    const std::vector<float> query_bias = scaled(inputs.bias[0], shape.model_dim);
    const memory words = borrowed({words_, width_}, inputs.words);
    const memory patches = borrowed({patches_, width_}, inputs.patches);
    project(words, query_weight.data(), query_bias.data(), query);
    project(patches, inputs.weight[1], inputs.bias[1], key);
    project(patches, inputs.weight[2], inputs.bias[2], value);

    const Dims strides{head_dim_, width_, 1};
    const memory query_heads = view(query, {heads_, words_, head_dim_}, strides);
    const memory keys_transposed = view(key, {heads_, head_dim_, patches_}, {head_dim_, 1, width_});
    multiply(query_heads, keys_transposed, maps_);
    softmax();
    multiply(maps_, view(value, {heads_, patches_, head_dim_}, strides),
             view(attended, {heads_, words_, head_dim_}, strides));
    project(attended, inputs.weight[3], inputs.bias[3], output_);
  }

  void run() override {
    for (const Step& step : steps_) step.primitive.execute(stream_, step.arguments);
    stream_.wait();
    head_mean(static_cast<const float*>(maps_.get_data_handle()), shape_.num_heads, mean_.size(), mean_.data());
  }

  void copy_result(float* output, float* weights) const override {
    std::memcpy(output, output_.get_data_handle(), shape_.num_words * shape_.model_dim * sizeof(float));
    std::memcpy(weights, mean_.data(), mean_.size() * sizeof(float));
  }

private:
  static memory::dim dim(std::size_t value) { return static_cast<memory::dim>(value); }

  std::vector<float> scaled(const float* values, std::size_t count) const {
    const float scale = 1.0f / std::sqrt(static_cast<float>(shape_.head_dim()));
    std::vector<float> result(values, values + count);
    for (float& value : result) value *= scale;
    return result;
  }

  static Dims dense_strides(const Dims& dims) {
    Dims strides(dims.size(), 1);
    for (std::size_t i = dims.size() - 1; i > 0; --i) strides[i - 1] = strides[i] * dims[i];
    return strides;
  }

  memory dense(const Dims& dims) const { return {{dims, kFloat, dense_strides(dims)}, engine_}; }
  memory borrowed(const Dims& dims, const float* values) const {
    return {{dims, kFloat, dense_strides(dims)}, engine_, const_cast<float*>(values)};
  }
  memory view(const memory& of, const Dims& dims, const Dims& strides) const {
    return {{dims, kFloat, strides}, engine_, of.get_data_handle()};
  }

  // y = x weight^T + bias; weight [outputs, inputs].
  void project(const memory& x, const float* weight, const float* bias, const memory& y) {
    const memory::dim outputs = y.get_desc().dims()[1], inputs = x.get_desc().dims()[1];
    const memory::desc any({inputs, outputs}, kFloat, memory::format_tag::any);
    memory plain({{inputs, outputs}, kFloat, Dims{1, inputs}}, engine_, const_cast<float*>(weight));
    const memory bias_memory({{1, outputs}, kFloat, Dims{outputs, 1}}, engine_);
    std::memcpy(bias_memory.get_data_handle(), bias, static_cast<std::size_t>(outputs) * sizeof(float));
    const dnnl::matmul::primitive_desc product({x.get_desc(), any, bias_memory.get_desc(), y.get_desc()}, engine_);
    memory packed(product.weights_desc(), engine_);
    dnnl::reorder(plain, packed).execute(stream_, plain, packed);
    stream_.wait();
    steps_.push_back(
        {dnnl::matmul(product),
         {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_BIAS, bias_memory}, {DNNL_ARG_DST, y}}});
  }

  void multiply(const memory& a, const memory& b, const memory& y) {
    const dnnl::matmul::primitive_desc product({a.get_desc(), b.get_desc(), y.get_desc()}, engine_);
    steps_.push_back({dnnl::matmul(product), {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, y}}});
  }

  void softmax() {
    const dnnl::softmax_forward::primitive_desc softmax({dnnl::prop_kind::forward_inference, maps_.get_desc(), 2},
                                                        engine_);
    steps_.push_back({dnnl::softmax_forward(softmax), {{DNNL_ARG_SRC, maps_}, {DNNL_ARG_DST, maps_}}});
  }

  PeerShape shape_;
  memory::dim words_, patches_, width_, heads_, head_dim_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::vector<Step> steps_;
  memory maps_, output_;     // [heads, words, patches], [words, width]
  std::vector<float> mean_;  // [words, patches]
};

}  // namespace

std::unique_ptr<Peer> make_peer(const PeerShape& shape, const PeerInputs& inputs, bool /*with_weights*/) {
  return std::make_unique<OneDnnPeer>(shape, inputs);
}

const char* peer_version() {
  static const std::string version = [] {
    const dnnl_version_t* v = dnnl_version();
    return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
  }();
  return version.c_str();
}
