#include "arrays/safetensors.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "arrays/limited_json.hpp"
#include "arrays/mapped_file.hpp"

namespace attnviz::arrays {
namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxHeaderBytes = 16u << 20;
constexpr std::size_t kLengthBytes = 8;

// Bytes of one value; 0 for a type that the format does not know.
std::size_t dtype_bytes(const std::string& dtype) {
  static const std::map<std::string, std::size_t> kBytes{
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},
      {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4},     {"F64", 8},     {"I64", 8}, {"U64", 8}};
  const auto found = kBytes.find(dtype);
  return found == kBytes.end() ? 0 : found->second;
}

Dtype parse_dtype(const std::string& name) {
  if (name == "F16") return Dtype::f16;
  if (name == "BF16") return Dtype::bf16;
  if (name == "F32") return Dtype::f32;
  return name == "F64" ? Dtype::f64 : Dtype::other;
}

std::size_t to_size(const json& value, const Source& source, const std::string& what) {
  if (!value.is_number_unsigned()) source.refuse(what + " is not a whole number");
  return value.get<std::size_t>();
}

// Product of the shape and the size of a value. Refuses what does not fit 64 bits.
std::size_t bytes_needed(const TensorView& tensor, std::size_t value_bytes, const Source& source,
                         const std::string& tensor_name) {
  std::size_t bytes = value_bytes;
  for (const std::size_t side : tensor.shape) {
    if (side != 0 && bytes > std::numeric_limits<std::size_t>::max() / side) {
      source.refuse("tensor '" + tensor_name + "' has the absurd shape " + to_string(tensor.shape));
    }
    bytes *= side;
  }
  return bytes;
}

TensorView parse_tensor(const std::string& tensor_name, const json& entry, std::span<const std::byte> data,
                        const Source& source) {
  const std::string tensor_text = "tensor '" + tensor_name + "'";
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets") ||
      !entry["dtype"].is_string() || !entry["shape"].is_array() || !entry["data_offsets"].is_array() ||
      entry["data_offsets"].size() != 2) {
    source.refuse(tensor_text + " lacks a proper dtype, shape or data_offsets");
  }
  TensorView tensor;
  tensor.dtype_name = entry["dtype"].get<std::string>();
  const std::size_t value_bytes = dtype_bytes(tensor.dtype_name);
  if (value_bytes == 0) source.refuse(tensor_text + " has the unknown dtype '" + tensor.dtype_name + "'");
  tensor.dtype = parse_dtype(tensor.dtype_name);
  for (const json& side : entry["shape"]) tensor.shape.push_back(to_size(side, source, "the shape of " + tensor_text));

  const std::size_t begin = to_size(entry["data_offsets"][0], source, "an offset of " + tensor_text);
  const std::size_t end = to_size(entry["data_offsets"][1], source, "an offset of " + tensor_text);
  if (begin > end || end > data.size()) {
    source.refuse(tensor_text + " lies outside the file (bytes " + std::to_string(begin) + " to " +
                  std::to_string(end) + " of " + std::to_string(data.size()) + "): the file is truncated or broken");
  }
  const std::size_t needed = bytes_needed(tensor, value_bytes, source, tensor_name);
  if (end - begin != needed) {
    source.refuse(tensor_text + " has " + std::to_string(end - begin) + " bytes where its shape " +
                  to_string(tensor.shape) + " needs " + std::to_string(needed));
  }
  tensor.bytes = data.subspan(begin, end - begin);
  return tensor;
}

void check_overlaps(const std::map<std::string, TensorView>& tensors, const Source& source) {
  std::vector<std::pair<std::span<const std::byte>, const std::string*>> ranges;
  for (const auto& [tensor_name, tensor] : tensors) {
    if (!tensor.bytes.empty()) ranges.emplace_back(tensor.bytes, &tensor_name);
  }
  std::ranges::sort(ranges, {}, [](const auto& range) { return range.first.data(); });
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    const auto& [before, before_name] = ranges[i - 1];
    if (before.data() + before.size() > ranges[i].first.data()) {
      source.refuse("tensors '" + *before_name + "' and '" + *ranges[i].second + "' overlap");
    }
  }
}

}  // namespace

std::size_t TensorView::num_values() const {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

std::string to_string(const std::vector<std::size_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text.append(i == 0 ? "" : ", ").append(std::to_string(shape[i]));
  return text.append("]");
}

SafeTensors::SafeTensors(std::span<const std::byte> bytes, Source source) : source_(std::move(source)) { parse(bytes); }

SafeTensors SafeTensors::open(const Source& source) {
  MappedFile file = map_file(source);
  SafeTensors tensors(file.bytes, source);
  tensors.mapping_ = std::move(file.keep_alive);
  return tensors;
}

SafeTensors SafeTensors::from_bytes(std::span<const std::byte> bytes, const std::string& name) {
  return SafeTensors(bytes, Source{name});
}

void SafeTensors::parse(std::span<const std::byte> bytes) {
  if (bytes.size() < kLengthBytes) source_.refuse("too short for a model file: truncated, or not safetensors");
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, bytes.data(), kLengthBytes);
  if (header_bytes > kMaxHeaderBytes) source_.refuse("not a safetensors file, or its header is too large");
  if (header_bytes > bytes.size() - kLengthBytes) {
    source_.refuse("the header is longer than the file: the file is truncated, or not safetensors");
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, header_bytes);
  const json header = parse_json(text, source_, "the safetensors header");
  if (!header.is_object()) source_.refuse("the safetensors header is not an object");
  const std::span<const std::byte> data = bytes.subspan(kLengthBytes + header_bytes);
  for (const auto& [key, entry] : header.items()) {
    if (key != "__metadata__") {
      TensorView& tensor = tensors_.emplace(key, parse_tensor(key, entry, data, source_)).first->second;
      tensor.offset = static_cast<std::size_t>(tensor.bytes.data() - bytes.data());
      continue;
    }
    if (!entry.is_object()) source_.refuse("__metadata__ is not an object");
    for (const auto& [metadata_key, value] : entry.items()) {
      if (!value.is_string()) source_.refuse("metadata '" + metadata_key + "' is not a string");
      metadata_.emplace(metadata_key, value.get<std::string>());
    }
  }
  check_overlaps(tensors_, source_);
}

const TensorView* SafeTensors::find(const std::string& tensor) const {
  const auto found = tensors_.find(tensor);
  return found == tensors_.end() ? nullptr : &found->second;
}

std::vector<std::string> SafeTensors::tensor_names() const {
  std::vector<std::string> names;
  names.reserve(tensors_.size());
  for (const auto& [tensor_name, tensor] : tensors_) names.push_back(tensor_name);
  return names;
}

// Only of a file's own mapping: borrowed bytes may be no file's, and would be lost.
void SafeTensors::release(const TensorView& tensor) const {
  if (mapping_) drop_pages(tensor.bytes);
}

std::size_t SafeTensors::num_values(const std::string& prefix) const {
  std::size_t total = 0;
  for (const auto& [tensor_name, tensor] : tensors_) {
    if (tensor_name.starts_with(prefix)) total += tensor.num_values();
  }
  return total;
}

const std::string& SafeTensors::metadata(const std::string& key) const {
  const auto found = metadata_.find(key);
  if (found == metadata_.end()) source_.refuse("metadata '" + key + "' is missing: not an attnviz model");
  return found->second;
}

}  // namespace attnviz::arrays
