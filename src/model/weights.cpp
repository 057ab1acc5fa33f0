#include "model/weights.hpp"

#include <utility>

#include "attnviz/core/error.hpp"

namespace attnviz::model {
const arrays::TensorView& Weights::tensor(const std::string& name, const std::vector<std::size_t>& shape) const {
  const arrays::TensorView* found = file_.find(name);
  if (found == nullptr) throw Error(ErrorCode::model, file_name(), "tensor '" + name + "' is missing");
  if (found->shape != shape) {
    throw Error(ErrorCode::model, file_name(),
                "tensor '" + name + "' has shape " + arrays::to_string(found->shape) + " where the config needs " +
                    arrays::to_string(shape));
  }
  if (found->dtype == arrays::Dtype::other) {
    throw Error(ErrorCode::model, file_name(),
                "tensor '" + name + "' has dtype " + found->dtype_name + " where F16, BF16, F32 or F64 is needed");
  }
  return *found;
}

void Weights::read(const std::string& name, const arrays::TensorView& tensor, std::size_t first,
                   std::span<float> out) const {
  const std::byte* begin = tensor.bytes.data() + arrays::value_bytes(tensor.dtype) * first;
  if (!arrays::to_floats(begin, tensor.dtype, out))
    throw Error(ErrorCode::model, file_name(), "tensor '" + name + "' holds NaN or infinity");
}

std::size_t Weights::num_rows(const std::string& name) const {
  const arrays::TensorView* found = file_.find(name);
  if (found == nullptr) throw Error(ErrorCode::model, file_name(), "tensor '" + name + "' is missing");
  if (found->shape.size() != 2) {
    throw Error(ErrorCode::model, file_name(),
                "tensor '" + name + "' has shape " + arrays::to_string(found->shape) + ", not [rows, dim]");
  }
  return found->shape[0];
}

std::vector<float> Weights::values(const std::string& name, const std::vector<std::size_t>& shape) const {
  const arrays::TensorView& found = tensor(name, shape);
  std::size_t count = 1;
  for (const std::size_t side : shape) count *= side;
  std::vector<float> out(count);
  read(name, found, 0, out);
  return out;
}

Matrix Weights::matrix(const std::string& name, std::size_t rows, std::size_t cols) const {
  const arrays::TensorView& found = tensor(name, {rows, cols});
  Matrix out(rows, cols);
  read(name, found, 0, {out.data(), rows * cols});
  return out;
}

attention::PackedMatrix Weights::packed(const std::string& name, std::size_t rows, std::size_t cols) const {
  const arrays::TensorView& found = tensor(name, {rows, cols});
  return {rows, cols, [&](std::size_t row, std::span<float> out) { read(name, found, row * cols, out); }, &arena_};
}

attention::Linear Weights::linear(const std::string& name, std::size_t in, std::size_t out) const {
  return {packed(name + ".weight", out, in), values(name + ".bias", {out})};
}

fusion::LayerNorm Weights::norm(const std::string& name, std::size_t dim) const {
  return {values(name + ".weight", {dim}), values(name + ".bias", {dim}), name};
}

fusion::FeedForward Weights::feed_forward(const std::string& name, std::size_t dim, std::size_t hidden) const {
  return {linear(name + ".up", dim, hidden), linear(name + ".down", hidden, dim), name};
}

attention::CrossModalAttention Weights::attention(const std::string& name, std::size_t dim, std::size_t heads,
                                                  attention::AttentionKind kind) const {
  attention::AttentionProjections projections{linear(name + ".query", dim, dim), linear(name + ".key", dim, dim),
                                              linear(name + ".value", dim, dim), linear(name + ".output", dim, dim)};
  return {std::move(projections), heads, name, kind};
}

}  // namespace attnviz::model
