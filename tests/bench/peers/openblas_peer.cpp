// OpenBLAS: cblas_sgemm for every product and, with one word, cblas_sgemv; softmax as a plain loop that the compiler
// vectorises. Weights are transposed once, the scale by 1 / sqrt(head_dim) is part of the query's. (Tried: weights as
// they are cost a matrix of few rows twice the time.)
#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "head_mean.hpp"
#include "peer.hpp"

namespace {

int to_int(std::size_t value) { return static_cast<int>(value); }

struct Rows {
  float* data;
  std::size_t stride;
};

// y [m, n] = a [m, k] b, b [k, n] or, transposed, [n, k]; adds to what is in y where `keep`.
void multiply(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t a_stride, CBLAS_TRANSPOSE how,
              const float* b, std::size_t b_stride, Rows y, bool keep = false) {
  const float beta = keep ? 1.0f : 0.0f;
  if (m == 1) {
    const bool transposed = how == CblasTrans;
    cblas_sgemv(CblasRowMajor, transposed ? CblasNoTrans : CblasTrans, to_int(transposed ? n : k),
                to_int(transposed ? k : n), 1.0f, b, to_int(b_stride), a, 1, beta, y.data, 1);
    return;
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, how, to_int(m), to_int(n), to_int(k), 1.0f, a, to_int(a_stride), b,
              to_int(b_stride), beta, y.data, to_int(y.stride));
}

void softmax(float* row, std::size_t size) {
  const float top = *std::max_element(row, row + size);
  float sum = 0;
  for (std::size_t i = 0; i < size; ++i) {
    row[i] = std::exp(row[i] - top);
    sum += row[i];
  }
  const float share = 1.0f / sum;
  for (std::size_t i = 0; i < size; ++i) row[i] *= share;
}

struct Projection {
  std::vector<float> weight, bias;  // weight [inputs, outputs]
};

class OpenBlasPeer : public Peer {
public:
  OpenBlasPeer(const PeerShape& shape, const PeerInputs& inputs)
      : shape_(shape),
        inputs_(inputs),
        query_(shape.num_words * shape.model_dim),
        key_(shape.num_patches * shape.model_dim),
        value_(key_.size()),
        maps_(shape.num_heads * shape.num_words * shape.num_patches),
        mean_(shape.num_words * shape.num_patches),
        attended_(query_.size()),
        output_(query_.size()) {
    openblas_set_num_threads(to_int(shape.num_threads));
    const float scale = 1.0f / std::sqrt(static_cast<float>(shape.head_dim()));
    for (int i = 0; i < 4; ++i) projections_[i] = transposed(inputs, i, i == 0 ? scale : 1.0f);
  }

  void run() override {
    const auto [words, patches, width, heads, threads] = shape_;
    project(words, inputs_.words, projections_[0], query_);
    project(patches, inputs_.patches, projections_[1], key_);
    project(patches, inputs_.patches, projections_[2], value_);
    for (std::size_t head = 0; head < heads; ++head) attend(head);
    head_mean(maps_.data(), heads, mean_.size(), mean_.data());
    project(words, attended_.data(), projections_[3], output_);
  }

  void copy_result(float* output, float* weights) const override {
    std::memcpy(output, output_.data(), output_.size() * sizeof(float));
    std::memcpy(weights, mean_.data(), mean_.size() * sizeof(float));
  }

private:
  Projection transposed(const PeerInputs& inputs, int index, float scale) const {
    const std::size_t width = shape_.model_dim;
    Projection result{std::vector<float>(width * width), std::vector<float>(width)};
    for (std::size_t out = 0; out < width; ++out) {
      for (std::size_t in = 0; in < width; ++in) {
        result.weight[in * width + out] = inputs.weight[index][out * width + in] * scale;
      }
      result.bias[out] = inputs.bias[index][out] * scale;
    }
    return result;
  }

  // y = x weight + bias
  void project(std::size_t rows, const float* x, const Projection& projection, std::vector<float>& y) const {
    const std::size_t width = shape_.model_dim;
    for (std::size_t row = 0; row < rows; ++row) {
      std::memcpy(y.data() + row * width, projection.bias.data(), width * sizeof(float));
    }
    multiply(rows, width, width, x, width, CblasNoTrans, projection.weight.data(), width, {y.data(), width}, true);
  }

  void attend(std::size_t head) {
    const std::size_t words = shape_.num_words, patches = shape_.num_patches, width = shape_.model_dim;
    const std::size_t head_dim = shape_.head_dim(), column = head * head_dim;
    float* map = maps_.data() + head * words * patches;
    multiply(words, patches, head_dim, query_.data() + column, width, CblasTrans, key_.data() + column, width,
             {map, patches});
    for (std::size_t word = 0; word < words; ++word) softmax(map + word * patches, patches);
    multiply(words, head_dim, patches, map, patches, CblasNoTrans, value_.data() + column, width,
             {attended_.data() + column, width});
  }

  PeerShape shape_;
  PeerInputs inputs_;
  Projection projections_[4];
  std::vector<float> query_, key_, value_, maps_, mean_, attended_, output_;
};

}  // namespace

std::unique_ptr<Peer> make_peer(const PeerShape& shape, const PeerInputs& inputs, bool /*with_weights*/) {
  return std::make_unique<OpenBlasPeer>(shape, inputs);
}

const char* peer_version() {
  static const std::string version = [] {
    std::istringstream config(openblas_get_config());  // "OpenBLAS 0.3.21 ..."
    std::string name, number;
    config >> name >> number;
    return number + " (" + openblas_get_corename() + ")";
  }();
  return version.c_str();
}
