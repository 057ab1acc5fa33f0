#include "arrays/sharded_tensors.hpp"

#include <system_error>

#include "arrays/limited_json.hpp"
#include "arrays/mapped_file.hpp"

namespace attnviz::arrays {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxShards = 1000;
constexpr std::size_t kMaxIndexBytes = 4u << 20;  // real ones have 0.3 MB; parsed, it is 33 times as much

json read_weight_map(const Source& index) {
  const MappedFile file = map_file(index);
  if (file.bytes.size() > kMaxIndexBytes) index.refuse("is too large for an index of shards");
  const json document = parse_json({reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()}, index,
                                   "the index of the shards");
  if (!document.is_object() || !document.contains("weight_map") || !document["weight_map"].is_object()) {
    index.refuse("has no 'weight_map'");
  }
  return document["weight_map"];
}

bool is_plain_name(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name.find('\0') == std::string::npos && name != "..";
}

}  // namespace

ShardedTensors::ShardedTensors(const fs::path& index) : index_{index.string()} {
  const json weight_map = read_weight_map(index_);
  std::map<std::string, std::size_t> files;
  for (const auto& [tensor, file] : weight_map.items()) {
    if (!file.is_string() || !is_plain_name(file.get<std::string>())) {
      index_.refuse("the file of tensor '" + tensor.substr(0, 100) + "' is no plain file name");
    }
    const std::size_t shard = files.emplace(file.get<std::string>(), files.size()).first->second;
    if (files.size() > kMaxShards) index_.refuse("names more than " + std::to_string(kMaxShards) + " shards");
    shard_of_.emplace(tensor, shard);
  }
  std::vector<fs::path> paths(files.size());
  std::string missing;
  for (const auto& [file, shard] : files) {
    paths[shard] = index.parent_path() / file;
    std::error_code ignored;
    if (!fs::exists(paths[shard], ignored)) missing.append(missing.empty() ? "" : ", ").append(file);
  }
  if (!missing.empty()) index_.refuse("shards are missing: " + missing.substr(0, 200), "put them into the same folder");
  shards_.reserve(paths.size());
  for (const fs::path& path : paths) shards_.push_back(SafeTensors::open(path.string()));
  for (const auto& [tensor, shard] : shard_of_) {
    if (shards_[shard].find(tensor) == nullptr) {
      index_.refuse("tensor '" + tensor.substr(0, 100) + "' is not in " + paths[shard].filename().string());
    }
  }
}

const TensorView* ShardedTensors::find(const std::string& tensor) const {
  const auto found = shard_of_.find(tensor);
  return found == shard_of_.end() ? nullptr : shards_[found->second].find(tensor);
}

std::vector<std::string> ShardedTensors::tensor_names() const {
  std::vector<std::string> names;
  names.reserve(shard_of_.size());
  for (const auto& [tensor, shard] : shard_of_) names.push_back(tensor);
  return names;
}

void ShardedTensors::release(const TensorView& tensor) const {
  if (!shards_.empty()) shards_.front().release(tensor);
}

}  // namespace attnviz::arrays
