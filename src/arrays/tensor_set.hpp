// Named tensors, wherever they lie: in one safetensors file or in several.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "arrays/numbers.hpp"

namespace attnviz::arrays {

struct TensorView {
  Dtype dtype = Dtype::other;
  std::string dtype_name;  // as the file spells it
  std::vector<std::size_t> shape;
  std::span<const std::byte> bytes;
  std::size_t offset = 0;  // of `bytes` in the file

  std::size_t num_values() const;
};

// "[2, 3]"
std::string to_string(const std::vector<std::size_t>& shape);

class TensorSet {
public:
  virtual ~TensorSet() = default;

  // What errors call it.
  virtual const std::string& name() const = 0;
  // Null where there is none of that name.
  virtual const TensorView* find(const std::string& tensor) const = 0;
  virtual std::vector<std::string> tensor_names() const = 0;  // in ascending order
  // Gives back the memory of a tensor that will not be read again soon; its bytes stay valid. A mapped file would
  // otherwise lie in memory beside what is made of it.
  virtual void release(const TensorView& tensor) const = 0;
};

}  // namespace attnviz::arrays
