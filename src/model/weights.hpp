// Takes weights out of a set of tensors by name: checks shape and dtype, converts to float32, refuses infinity and NaN.
// Throws Error (model), where = the set's name; the message names the tensor, and both shapes where they differ.
// Or, with a list of `problems`, puts the message there and gives zeros: so all that is wrong is found at once.
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "arrays/tensor_set.hpp"
#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/attention/linear.hpp"
#include "attnviz/core/buffer.hpp"
#include "attnviz/core/matrix.hpp"
#include "attnviz/fusion/layers.hpp"

namespace attnviz::model {

// For one thread.
class Weights {
public:
  // Borrows both.
  explicit Weights(const arrays::TensorSet& tensors, std::vector<std::string>* problems = nullptr)
      : tensors_(tensors), problems_(problems) {}

  const std::string& file_name() const { return tensors_.name(); }
  bool has(const std::string& name) const { return tensors_.find(name) != nullptr; }
  // Number of rows of a two-dimensional tensor, before anything is read of it.
  std::size_t num_rows(const std::string& name) const;

  std::vector<float> values(const std::string& name, const std::vector<std::size_t>& shape) const;
  float scalar(const std::string& name) const { return values(name, {1}).front(); }
  // One value, whether it is stored as [] or as [1].
  float number(const std::string& name) const;
  Matrix matrix(const std::string& name, std::size_t rows, std::size_t cols) const;

  // name.weight [out, in], packed as it is converted; name.bias [out].
  attention::Linear linear(const std::string& name, std::size_t in, std::size_t out) const;
  // A right-hand side [rows, cols] without a bias of its own.
  attention::PackedMatrix packed(const std::string& name, std::size_t rows, std::size_t cols) const;
  // A convolution whose windows do not overlap, as a layer on whole windows: name.weight [out, in, side, side].
  attention::Linear convolution(const std::string& name, std::size_t out, std::size_t in, std::size_t side,
                                bool with_bias) const;
  // Rows [first, first + out) of a layer that holds several: weight [all, in], bias [all].
  attention::Linear linear_part(const std::string& weight, const std::string& bias, std::size_t first, std::size_t out,
                                std::size_t all, std::size_t in) const;
  // name.weight, name.bias [dim]; or name.gamma, name.beta
  fusion::LayerNorm norm(const std::string& name, std::size_t dim, double epsilon = fusion::LayerNorm::kEpsilon) const;
  // name.up, name.down
  fusion::FeedForward feed_forward(const std::string& name, std::size_t dim, std::size_t hidden) const;
  // name.query, .key, .value, .output, all [dim, dim]
  attention::CrossModalAttention attention(const std::string& name, std::size_t dim, std::size_t heads,
                                           attention::AttentionKind kind = {}) const;

  // Whether it is there, of this shape and of numbers, without reading it.
  void check(const std::string& name, const std::vector<std::size_t>& shape) const { tensor(name, shape); }
  // Row `row` of a tensor [rows, cols].
  void read_row(const std::string& name, const std::vector<std::size_t>& shape, std::size_t row,
                std::span<float> out) const;

  // Tensors of that beginning belong to the model, but nobody needs them.
  void ignore(const std::string& prefix) const;
  // Names of tensors that nobody has asked for.
  std::vector<std::string> unused() const;

private:
  // Null: it is a problem, and it has been said.
  const arrays::TensorView* tensor(const std::string& name, const std::vector<std::size_t>& shape) const;
  // Values [first, first + out.size()) of a tensor. From any thread.
  void read(const std::string& name, const arrays::TensorView& tensor, std::size_t first, std::span<float> out) const;
  // Rows [first, first + rows) of a tensor, all its further axes as columns.
  attention::PackedMatrix packed_rows(const std::string& name, const std::vector<std::size_t>& shape, std::size_t first,
                                      std::size_t rows) const;
  void report(const std::string& what) const;
  void count_stand_in(std::size_t count) const;

  const arrays::TensorSet& tensors_;
  std::vector<std::string>* problems_;
  mutable std::mutex reporting_;
  mutable std::set<std::string> used_;
  mutable std::size_t stand_ins_ = 0;  // values given for tensors that are not there
  mutable BufferArena arena_;          // of the packed weights
};

}  // namespace attnviz::model
