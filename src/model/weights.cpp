#include "model/weights.hpp"

#include <algorithm>
#include <utility>

#include "arrays/shape.hpp"
#include "attnviz/core/error.hpp"

namespace attnviz::model {
void Weights::report(const std::string& what) const {
  if (problems_ == nullptr) throw Error(ErrorCode::model, file_name(), what);
  const std::lock_guard lock(reporting_);
  if (std::ranges::find(*problems_, what) == problems_->end()) problems_->push_back(what);
}

// What is not there is not bounded by the size of a file.
void Weights::count_stand_in(std::size_t count) const {
  constexpr std::size_t kMost = std::size_t{1} << 28;  // 1 GiB
  stand_ins_ += count;
  if (stand_ins_ <= kMost) return;
  throw Error(ErrorCode::model, file_name(), "lacks most of what the config asks for",
              "is it the config of this model?");
}

const arrays::TensorView* Weights::tensor(const std::string& name, const std::vector<std::size_t>& shape) const {
  used_.insert(name);
  const arrays::TensorView* found = tensors_.find(name);
  if (found == nullptr) {
    report("tensor '" + name + "' is missing");
  } else if (found->shape != shape) {
    report("tensor '" + name + "' has shape " + arrays::to_string(found->shape) + " where the config needs " +
           arrays::to_string(shape));
  } else if (found->dtype == arrays::Dtype::other) {
    report("tensor '" + name + "' has dtype " + found->dtype_name + " where F16, BF16, F32 or F64 is needed");
  } else {
    return found;
  }
  return nullptr;
}

void Weights::read(const std::string& name, const arrays::TensorView& tensor, std::size_t first,
                   std::span<float> out) const {
  const std::byte* begin = tensor.bytes.data() + arrays::value_bytes(tensor.dtype) * first;
  if (!arrays::to_floats(begin, tensor.dtype, out)) report("tensor '" + name + "' holds NaN or infinity");
}

std::size_t Weights::num_rows(const std::string& name) const {
  const arrays::TensorView* found = tensors_.find(name);
  if (found == nullptr) throw Error(ErrorCode::model, file_name(), "tensor '" + name + "' is missing");
  if (found->shape.size() != 2) {
    throw Error(ErrorCode::model, file_name(),
                "tensor '" + name + "' has shape " + arrays::to_string(found->shape) + ", not [rows, dim]");
  }
  return found->shape[0];
}

std::vector<float> Weights::values(const std::string& name, const std::vector<std::size_t>& shape) const {
  const arrays::TensorView* found = tensor(name, shape);
  std::size_t count = 1;
  for (const std::size_t side : shape) count *= side;
  if (found == nullptr) count_stand_in(count);
  std::vector<float> out(count);
  if (found != nullptr) {
    read(name, *found, 0, out);
    tensors_.release(*found);
  }
  return out;
}

float Weights::number(const std::string& name) const {
  const arrays::TensorView* found = tensors_.find(name);
  return values(name,
                found != nullptr && found->shape.empty() ? std::vector<std::size_t>{} : std::vector<std::size_t>{1})
      .front();
}

Matrix Weights::matrix(const std::string& name, std::size_t rows, std::size_t cols) const {
  const arrays::TensorView* found = tensor(name, {rows, cols});
  if (found == nullptr) count_stand_in(rows * cols);
  Matrix out(rows, cols);
  if (found != nullptr) {
    read(name, *found, 0, {out.data(), rows * cols});
    tensors_.release(*found);
  }
  return out;
}

attention::PackedMatrix Weights::packed_rows(const std::string& name, const std::vector<std::size_t>& shape,
                                             std::size_t first, std::size_t rows) const {
  std::size_t cols = 1;
  for (std::size_t i = 1; i < shape.size(); ++i) cols *= shape[i];
  const arrays::TensorView* found = tensor(name, shape);
  if (found == nullptr) {
    count_stand_in(rows * cols);
    return {rows, cols, nullptr, &arena_};
  }
  attention::PackedMatrix packed(
      rows, cols, [&](std::size_t row, std::span<float> out) { read(name, *found, (first + row) * cols, out); },
      &arena_);
  if (first + rows == shape.front()) tensors_.release(*found);
  return packed;
}

attention::PackedMatrix Weights::packed(const std::string& name, std::size_t rows, std::size_t cols) const {
  return packed_rows(name, {rows, cols}, 0, rows);
}

attention::Linear Weights::convolution(const std::string& name, std::size_t out, std::size_t in, std::size_t side,
                                       bool with_bias) const {
  return {packed_rows(name + ".weight", {out, in, side, side}, 0, out),
          with_bias ? values(name + ".bias", {out}) : std::vector<float>{}};
}

attention::Linear Weights::linear_part(const std::string& weight, const std::string& bias, std::size_t first,
                                       std::size_t out, std::size_t all, std::size_t in) const {
  const std::vector<float> biases = values(bias, {all});
  const auto begin = biases.begin() + static_cast<std::ptrdiff_t>(first);
  return {packed_rows(weight, {all, in}, first, out), {begin, begin + static_cast<std::ptrdiff_t>(out)}};
}

attention::Linear Weights::linear(const std::string& name, std::size_t in, std::size_t out) const {
  return {packed(name + ".weight", out, in), values(name + ".bias", {out})};
}

fusion::LayerNorm Weights::norm(const std::string& name, std::size_t dim, double epsilon) const {
  const bool has_old_names = !has(name + ".weight") && has(name + ".gamma");  // of BERT's first checkpoints
  return {values(name + (has_old_names ? ".gamma" : ".weight"), {dim}),
          values(name + (has_old_names ? ".beta" : ".bias"), {dim}), name, epsilon};
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

void Weights::read_row(const std::string& name, const std::vector<std::size_t>& shape, std::size_t row,
                       std::span<float> out) const {
  if (const arrays::TensorView* found = tensor(name, shape)) read(name, *found, row * shape.back(), out);
}

void Weights::ignore(const std::string& prefix) const {
  for (const std::string& name : tensors_.tensor_names()) {
    if (name.starts_with(prefix)) used_.insert(name);
  }
}

std::vector<std::string> Weights::unused() const {
  std::vector<std::string> names = tensors_.tensor_names();
  std::erase_if(names, [this](const std::string& name) { return used_.contains(name); });
  return names;
}

}  // namespace attnviz::model
