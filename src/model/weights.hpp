// Takes weights out of a model file by name: checks shape and dtype, converts to float32, refuses infinity and NaN.
// Throws Error (model), where = the file's name; the message names the tensor, and both shapes where they differ.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "arrays/safetensors.hpp"
#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/attention/linear.hpp"
#include "attnviz/core/buffer.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/layers.hpp"

namespace attnviz::model {

// For one thread.
class Weights {
public:
  // Borrows the file.
  explicit Weights(const arrays::SafeTensors& file) : file_(file) {}

  const std::string& file_name() const { return file_.name(); }
  bool has(const std::string& name) const { return file_.find(name) != nullptr; }
  // Number of rows of a two-dimensional tensor, before anything is read of it.
  std::size_t num_rows(const std::string& name) const;

  std::vector<float> values(const std::string& name, const std::vector<std::size_t>& shape) const;
  float scalar(const std::string& name) const { return values(name, {1}).front(); }
  Matrix matrix(const std::string& name, std::size_t rows, std::size_t cols) const;

  // name.weight [out, in], packed as it is converted; name.bias [out].
  attention::Linear linear(const std::string& name, std::size_t in, std::size_t out) const;
  // A right-hand side [rows, cols] without a bias of its own.
  attention::PackedMatrix packed(const std::string& name, std::size_t rows, std::size_t cols) const;
  // name.weight, name.bias [dim]
  fusion::LayerNorm norm(const std::string& name, std::size_t dim) const;
  // name.up, name.down
  fusion::FeedForward feed_forward(const std::string& name, std::size_t dim, std::size_t hidden) const;
  // name.query, .key, .value, .output, all [dim, dim]
  attention::CrossModalAttention attention(const std::string& name, std::size_t dim, std::size_t heads,
                                           attention::AttentionKind kind = {}) const;

private:
  const arrays::TensorView& tensor(const std::string& name, const std::vector<std::size_t>& shape) const;
  // Values [first, first + out.size()) of a tensor.
  void read(const std::string& name, const arrays::TensorView& tensor, std::size_t first, std::span<float> out) const;

  const arrays::SafeTensors& file_;
  mutable BufferArena arena_;  // of the packed weights
};

}  // namespace attnviz::model
