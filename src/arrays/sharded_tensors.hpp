// Tensors of a model that was saved in several safetensors files beside an index (Hugging Face's
// model.safetensors.index.json: {"weight_map": {tensor: file}}).
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "arrays/safetensors.hpp"

namespace attnviz::arrays {

class ShardedTensors : public TensorSet {
public:
  // Opens all shards that the index names. Throws Error (model): an index that is no index, names of files that leave
  // its folder, shards that are missing (all are named), a tensor that its shard does not hold.
  explicit ShardedTensors(const std::filesystem::path& index);

  const std::string& name() const override { return index_.name; }
  const TensorView* find(const std::string& tensor) const override;
  std::vector<std::string> tensor_names() const override;
  void release(const TensorView& tensor) const override;

private:
  Source index_;
  std::vector<SafeTensors> shards_;
  std::map<std::string, std::size_t> shard_of_;
};

}  // namespace attnviz::arrays
