// The libFuzzer target (./dev fuzz): feeds the reader that ATTNVIZ_READER names.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "attnviz/core/error.hpp"
#include "attnviz/core/parallel.hpp"
#include "fuzz/readers.hpp"

namespace {

using attnviz::test::Reader;

Reader chosen_reader() {
  static const attnviz::test::TempDir dir;
  attnviz::set_num_threads(1);  // what is covered must not depend on who is faster
  const char* name = std::getenv("ATTNVIZ_READER");
  for (Reader& reader : attnviz::test::all_readers(dir)) {
    if (name != nullptr && reader.name == name) return std::move(reader);
    std::fprintf(stderr, "ATTNVIZ_READER may be %s\n", reader.name.c_str());
  }
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Reader reader = chosen_reader();
  try {
    attnviz::test::read_input(reader, {reinterpret_cast<const char*>(data), size});
  } catch (const attnviz::Error&) {
    // The right answer to a broken input; any other exception ends the program.
  }
  return 0;
}
