// Files of arrays, and attention in them.
#include <string>

#include "attnviz/arrays/array_file.hpp"
#include "attnviz/arrays/attention_dump.hpp"
#include "attnviz/core/error.hpp"
#include "fuzz/fixture_folder.hpp"
#include "fuzz/readers.hpp"
#include "support/array_files.hpp"

namespace attnviz::test {
namespace {

// All that is done with a file of arrays.
void read_arrays(const std::string& path) {
  const arrays::ArrayFile file = arrays::ArrayFile::open(path);
  for (const arrays::ArrayInfo& info : file.arrays()) {
    for (const bool is_text : {false, true}) {
      try {
        is_text ? file.read_texts(info).size() : file.read_whole_numbers(info).size();
      } catch (const Error&) {
        // Most are of another type; the attention is still to be read.
      }
    }
  }
  const std::string key = file.arrays().size() > 2 ? "layer_*" : "";
  const arrays::AttentionDump dump(file, key);
  dump.read({{0}, {dump.num_rows() - 1}}, {0, dump.num_columns() - 1});
}

std::string fixture(const std::string& name) { return read_bytes(fixture_path(name).string()); }

}  // namespace

Reader dump_reader(const TempDir& dir) {
  const auto read = from_file(dir, read_arrays);
  const std::string layers =
      zip_bytes({{"layer_0.npy", npy_of({1, 2}, {1, 2}), 0, 8}, {"layer_1.npy", npy_of({1, 2}, {3, 4})}});
  return {"dump",
          {{"npy", {npy_of({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}), fixture("arrays_bf16.npy")}, read},
           {"npz", {fixture("arrays_deflated.npz"), fixture("arrays_stored.npz"), layers}, read},
           {"safetensors", {fixture("arrays.safetensors")}, read}}};
}

}  // namespace attnviz::test
