// Which arrays a file holds, and where their bytes are.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrays/input_file.hpp"
#include "arrays/numbers.hpp"
#include "arrays/zip_file.hpp"
#include "attnviz/arrays/array_file.hpp"

namespace attnviz::arrays {

struct IndexedArray {
  ArrayInfo info;
  Dtype dtype = Dtype::other;
  std::string descr;           // NumPy's spelling of the type; empty where it is another format
  std::size_t item_bytes = 0;  // 0: unknown
  std::uint64_t begin = 0;     // of the numbers: in the file, or in the member
  std::optional<ZipMember> member;
};

// Sorted by name. Throws Error of the file's code.
std::vector<IndexedArray> index_arrays(const InputFile& file);

// The bytes of an array's file or member; offsets count from there.
std::unique_ptr<ByteStream> open_array(const InputFile& file, const IndexedArray& array);

}  // namespace attnviz::arrays
