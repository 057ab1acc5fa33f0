// Attention weights in a file of arrays: rows are tokens that ask, columns tokens that are looked at.
//
// Shapes: [q, k], [heads, q, k], [layers, heads, q, k] (Hugging Face's [1, heads, q, k] is one layer), and
// [layers, 1, heads, q, k]. Layers that were saved as arrays of their own are one dump under a name with a star:
// 'layer_*', in the order of the numbers in their names.
// Only the wanted rows and columns are read. Weights come out as the file has them: what a head gives to the columns
// that are left out is not made up for here, so that heads keep their share of a mean.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/arrays/array_file.hpp"
#include "attnviz/core/attention_maps.hpp"

namespace attnviz::arrays {

using Indices = std::vector<std::size_t>;

class AttentionDump {
public:
  // `key`: the array's name, may hold one '*'; empty: the only array of a fitting shape. Throws Error (usage), "--key",
  // that lists what there is; Error (input) for an array that cannot be read. `file` must outlive the dump.
  AttentionDump(const ArrayFile& file, const std::string& key);

  std::size_t num_layers() const { return parts_.size() * layers_a_part_; }
  std::size_t num_heads() const { return num_heads_; }
  std::size_t num_rows() const { return num_rows_; }
  std::size_t num_columns() const { return num_columns_; }

  struct Read {
    AttentionMaps maps;        // of `words` and `columns`; no "nothing here"
    std::vector<double> sums;  // of what was read of each row: [layers * heads * rows that some word owns]
  };
  // `words`: the rows of each word, whose mean it gets; `columns`: which become patches. All lie in the dump. Error
  // (input) that names file, array, layer, head and row: infinite, NaN or negative weights; Error (usage): more weights
  // than fit into memory.
  Read read(const std::vector<Indices>& words, const Indices& columns) const;

private:
  void add_part(const ArrayInfo& info);
  [[noreturn]] void refuse_row(const ArrayInfo& part, std::size_t layer, std::size_t row, const std::string& what,
                               const std::string& hint) const;

  const ArrayFile& file_;
  std::vector<const ArrayInfo*> parts_;  // one after the other
  std::size_t layers_a_part_ = 1, num_heads_ = 1, num_rows_ = 0, num_columns_ = 0;
};

}  // namespace attnviz::arrays
