#include "arrays/array_index.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "arrays/npy.hpp"
#include "arrays/safetensors.hpp"

namespace attnviz::arrays {
namespace {

constexpr std::size_t kFirstBytes = 16;
constexpr const char* kFromTorch = "load it in Python and np.save('attention.npy', tensor.float().numpy())";

Source part_of(const InputFile& file, const std::string& name) {
  return {name.empty() ? file.source().name : file.source().name + ":" + name, file.source().code};
}

// The header at the beginning of a stream of `size` bytes; the numbers are all that follows.
IndexedArray index_npy(ByteStream& stream, std::uint64_t size, const Source& source) {
  std::array<std::byte, kNpyPreludeBytes> first{};
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size, first.size()));
  stream.read(0, {first.data(), count});
  const NpyPrelude prelude = parse_npy_prelude({first.data(), count}, source);
  if (prelude.header_begin + prelude.header_bytes > size) source.refuse("ends too early: the file is truncated");
  std::string text(prelude.header_bytes, ' ');
  // The longest prelude may have read into a header of format 1.0 already.
  const std::size_t known = std::min(first.size() - prelude.header_begin, text.size());
  std::transform(first.begin() + static_cast<std::ptrdiff_t>(prelude.header_begin),
                 first.begin() + static_cast<std::ptrdiff_t>(prelude.header_begin + known), text.begin(),
                 [](std::byte byte) { return static_cast<char>(byte); });
  stream.read(prelude.header_begin + known, std::as_writable_bytes(std::span(text).subspan(known)));

  const NpyHeader header = parse_npy_header(text, source);
  const NpyType type = npy_type(header);
  IndexedArray array;
  array.info = {"", type.name, header.shape, type.problem, type.hint};
  array.descr = header.descr;
  array.dtype = type.problem.empty() ? type.dtype : Dtype::other;
  array.item_bytes = type.item_bytes;
  array.begin = prelude.header_begin + prelude.header_bytes;
  const std::uint64_t needed = bytes_of(header.shape, std::max<std::size_t>(type.item_bytes, 1), source);
  if (type.item_bytes > 0 && needed != size - array.begin) {
    source.refuse("holds " + std::to_string(size - array.begin) + " bytes of numbers where its shape " +
                      to_string(header.shape) + " needs " + std::to_string(needed),
                  "it is truncated, or damaged");
  }
  return array;
}

void refuse_torch(const std::vector<ZipMember>& members, const Source& source) {
  const auto is_pickle = [](const ZipMember& member) { return member.name.ends_with(".pkl"); };
  if (std::ranges::any_of(members, is_pickle)) {
    source.refuse("is a PyTorch file (a pickle), which is not read", kFromTorch);
  }
}

std::vector<IndexedArray> index_zip(const InputFile& file) {
  constexpr std::string_view kEnding = ".npy";
  const std::vector<ZipMember> members = list_zip(file);
  refuse_torch(members, file.source());
  std::vector<IndexedArray> arrays;
  for (const ZipMember& member : members) {
    if (!member.name.ends_with(kEnding)) continue;  // NumPy takes no array from it either
    const Source source = part_of(file, member.name);
    const std::unique_ptr<ByteStream> stream = open_zip_member(file, member);
    IndexedArray& array = arrays.emplace_back(index_npy(*stream, member.size, source));
    array.info.name = member.name.substr(0, member.name.size() - kEnding.size());
    array.member = member;
  }
  return arrays;
}

std::vector<IndexedArray> index_safetensors(const InputFile& file) {
  const SafeTensors tensors = SafeTensors::open(file.source());
  std::vector<IndexedArray> arrays;
  for (const std::string& name : tensors.tensor_names()) {
    const TensorView& tensor = *tensors.find(name);
    IndexedArray& array = arrays.emplace_back();
    array.info = {name, tensor.dtype_name, tensor.shape, "", ""};
    array.dtype = tensor.dtype;
    array.item_bytes = value_bytes(tensor.dtype);
    array.begin = tensor.offset;
    if (tensor.dtype != Dtype::other) continue;
    array.info.problem = "is of dtype " + tensor.dtype_name + ", not of floating-point numbers that are read";
    array.info.hint = "save it as float32: tensor.float()";
  }
  return arrays;
}

bool is_safetensors(std::string_view first) {
  return first.size() > 8 && first[8] == '{' && first.substr(4, 4) == std::string_view("\0\0\0\0", 4);
}

bool is_pickle(std::string_view first) {
  return first.size() > 1 && first[0] == '\x80' && first[1] >= 2 && first[1] <= 5;
}

}  // namespace

std::vector<IndexedArray> index_arrays(const InputFile& file) {
  std::array<std::byte, kFirstBytes> bytes{};
  const std::size_t count = file.read_some(0, bytes);
  const std::string_view first(reinterpret_cast<const char*>(bytes.data()), count);
  std::vector<IndexedArray> arrays;
  if (first.starts_with(kNpyMagic)) {
    FilePart stream(file, 0);
    arrays.push_back(index_npy(stream, file.size(), file.source()));
  } else if (first.starts_with("PK")) {
    arrays = index_zip(file);
  } else if (is_pickle(first)) {
    file.source().refuse("is a pickle, which is not read: it could run any program", kFromTorch);
  } else if (is_safetensors(first)) {
    arrays = index_safetensors(file);
  } else {
    file.source().refuse("is no .npy, .npz or .safetensors file", "save it with np.save, np.savez or save_file");
  }
  std::ranges::sort(arrays, {}, [](const IndexedArray& array) -> const std::string& { return array.info.name; });
  return arrays;
}

std::unique_ptr<ByteStream> open_array(const InputFile& file, const IndexedArray& array) {
  if (array.member) return open_zip_member(file, *array.member);
  return std::make_unique<FilePart>(file, 0);
}

}  // namespace attnviz::arrays
