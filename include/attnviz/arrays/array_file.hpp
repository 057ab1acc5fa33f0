// Files of arrays as other programs write them: .npy (formats 1.0 to 3.0), .npz (stored or deflated, any size) and
// .safetensors; what a file is, its first bytes say, not its name. Numbers are float16, bfloat16, float32 or float64,
// little-endian, in C order, and come out as float32.
//
// Opening reads headers alone, and checks them whole: every array lies inside the file and overlaps no other. Reading
// takes the rows and columns that are asked for: a file of any size costs what is wanted of it (a deflated array is
// unpacked on the way, but never kept). What is refused says how to save it otherwise: pickles (torch.save), Fortran
// order, big-endian, objects, integers, complex numbers, encrypted, damaged or hostile archives.
//
// Throws Error (input), where = the path, or path:member of an archive.
// Formats: numpy.lib.format and the safetensors README.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace attnviz::arrays {

struct ArrayInfo {
  std::string name;   // empty: the one array of a .npy
  std::string dtype;  // "float32"; as the file spells it where it is no type of ours
  std::vector<std::size_t> shape;
  std::string problem, hint;  // why its numbers cannot be read, and what to do; empty: they can
};

// An array seen as rows of its last axis.
struct Slice {
  std::vector<std::size_t> rows;     // ascending, each once
  std::vector<std::size_t> columns;  // in any order
};

class ArrayFile {
public:
  static ArrayFile open(const std::string& path);
  ~ArrayFile();
  ArrayFile(ArrayFile&& other) noexcept;

  const std::string& path() const;
  const std::vector<ArrayInfo>& arrays() const;  // by name
  // Null where there is none of that name.
  const ArrayInfo* find(const std::string& name) const;

  // Calls `visit(row, values)` for each wanted row in turn; values: [columns], as they were asked for; `finite`: none
  // of them is infinite, NaN or too large for float32. The array is one without a problem. Indices beyond its shape:
  // std::logic_error.
  using Visit = std::function<void(std::size_t row, std::span<const float> values, bool finite)>;
  void read_rows(const ArrayInfo& array, const Slice& slice, const Visit& visit) const;

  // Small arrays that stand beside the numbers: whole numbers (int32 or int64) and NumPy's Unicode texts, as UTF-8.
  // Error where the array is of another type, or longer than 4096.
  std::vector<std::int64_t> read_whole_numbers(const ArrayInfo& array) const;
  std::vector<std::string> read_texts(const ArrayInfo& array) const;

private:
  struct Content;
  explicit ArrayFile(std::unique_ptr<Content> content);
  std::unique_ptr<Content> content_;
};

// "[2, 3]"
std::string to_string(const std::vector<std::size_t>& shape);

}  // namespace attnviz::arrays
