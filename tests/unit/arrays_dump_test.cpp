// Attention in files: shapes, layers in arrays of their own, means over a word's rows, weights that are none.
#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <string>

#include "attnviz/arrays/attention_dump.hpp"
#include "attnviz/arrays/npz_writer.hpp"
#include "attnviz/core/error.hpp"
#include "support/array_files.hpp"
#include "support/temp_dir.hpp"

using namespace attnviz;
using arrays::ArrayFile;
using arrays::AttentionDump;

namespace {

// 0, 1, 2, ...
std::vector<float> counting(const std::vector<std::size_t>& shape) {
  std::vector<float> values(std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()));
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

struct Dump {
  test::TempDir dir;
  ArrayFile file;

  explicit Dump(const std::string& bytes) : file(ArrayFile::open(write(bytes))) {}
  std::string write(const std::string& bytes) const {
    test::write_bytes(dir / "dump", bytes);
    return dir / "dump";
  }
};

std::string complaint(const std::string& bytes, const std::string& key = "") {
  const Dump dump(bytes);
  try {
    const AttentionDump attention(dump.file, key);
    arrays::Indices all(attention.num_columns());
    std::iota(all.begin(), all.end(), std::size_t{0});
    attention.read({{0}, {attention.num_rows() - 1}}, all);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool says(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

}  // namespace

TEST_CASE("every shape: layers, heads, rows and columns") {
  using Shape = std::vector<std::size_t>;
  struct Case {
    Shape shape;
    std::size_t layers, heads;
  };
  for (const auto& [shape, layers, heads] :
       {Case{{5, 6}, 1, 1}, Case{{3, 5, 6}, 1, 3}, Case{{2, 3, 5, 6}, 2, 3}, Case{{2, 1, 3, 5, 6}, 2, 3}}) {
    const Dump dump(test::npy_of(shape, counting(shape)));
    const AttentionDump attention(dump.file, "");
    CHECK(attention.num_layers() == layers);
    CHECK(attention.num_heads() == heads);
    CHECK(attention.num_rows() == 5);
    CHECK(attention.num_columns() == 6);
    const auto [maps, sums] = attention.read({{4}, {1, 2}}, {5, 0});
    CHECK(maps.num_words == 2);
    CHECK(maps.num_patches == 2);
    CHECK(sums.size() == layers * heads * 3);
    for (std::size_t layer = 0; layer < layers; ++layer) {
      for (std::size_t head = 0; head < heads; ++head) {
        const auto begin = static_cast<float>((layer * heads + head) * 30);
        CHECK(maps.row(layer, head, 0)[0] == begin + 29);
        CHECK(maps.row(layer, head, 0)[1] == begin + 24);
        CHECK(maps.row(layer, head, 1)[0] == begin + 14);  // the mean of rows 1 and 2
        CHECK(maps.row(layer, head, 1)[1] == begin + 9);
      }
    }
    CHECK(sums.front() == 6 + 11);
  }
}

TEST_CASE("one row may belong to several words") {
  const Dump dump(test::npy_of({2, 2}, {1, 2, 3, 4}));
  const auto [maps, sums] = AttentionDump(dump.file, "").read({{0, 1}, {1}, {1}}, {0, 1});
  CHECK(maps.weights == std::vector<float>{2, 3, 3, 4, 3, 4});
  CHECK(sums == std::vector<double>{3, 7});
}

TEST_CASE("layers in arrays of their own, in the order of their numbers") {
  std::vector<test::ZipPart> parts;
  for (const char* name : {"layer_10", "layer_2", "layer_0"}) {
    const auto value = static_cast<float>(std::atoi(name + 6));
    parts.push_back({std::string(name) + ".npy", test::npy_of({1, 1, 1, 2}, {value, value})});
  }
  parts.push_back({"other.npy", test::npy_of({1, 2}, {1, 2})});
  const Dump dump(test::zip_bytes(parts));
  const AttentionDump attention(dump.file, "layer_*");
  CHECK(attention.num_layers() == 3);
  const auto [maps, sums] = attention.read({{0}}, {0, 1});
  CHECK(maps.weights == std::vector<float>{0, 0, 2, 2, 10, 10});
  CHECK(says(complaint(test::zip_bytes(parts)), "--key: "));
  CHECK(says(complaint(test::zip_bytes(parts)), "'layer_0' float32 [1, 1, 1, 2]"));
  CHECK(says(complaint(test::zip_bytes(parts), "none"), "holds no array 'none'; it holds 'layer_0'"));
  CHECK(says(complaint(test::zip_bytes(parts), "none_*"), "holds no array 'none_*'"));
  parts.push_back({"layer_11.npy", test::npy_of({1, 2, 1, 2}, {1, 2, 3, 4})});
  CHECK(says(complaint(test::zip_bytes(parts), "layer_*"), "layer_11: has the shape [1, 2, 1, 2], 'layer_0'"));
}

TEST_CASE("the only array that fits is taken") {
  const std::string numbers = test::npy_bytes(test::npy_dictionary("<i8", "(3,)"), std::string(24, '\0'));
  const std::string list = test::npy_of({4}, {1, 2, 3, 4}), map = test::npy_of({2, 2}, {1, 2, 3, 4});
  CHECK(complaint(test::zip_bytes({{"n.npy", numbers}, {"list.npy", list}, {"map.npy", map}})).empty());
  CHECK(says(complaint(test::zip_bytes({{"n.npy", numbers}, {"list.npy", list}})),
             "holds no array of attention weights"));
  CHECK(says(complaint(test::zip_bytes({{"notes.txt", "x"}})), "holds no array"));
  CHECK(says(complaint(list), "has the shape [4]; attention has [q, k], [heads, q, k]"));
  CHECK(says(complaint(test::npy_of({2, 0}, {})), "has the shape [2, 0]"));
  CHECK(says(complaint(numbers), "holds whole numbers"));
  CHECK(says(complaint(test::npy_of({1, 2, 1, 1, 1}, {1, 2})), "holds a batch of 2; save one item of it: a[:, 0]"));
}

TEST_CASE("weights that are none are named by layer, head and row") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const auto with = [](float value) { return test::npy_of({2, 1, 2, 2}, {1, 2, 3, 4, 5, 6, 7, value}); };
  CHECK(complaint(with(8)).empty());
  CHECK(says(complaint(with(nan)), "holds NaN or infinite weights in layer 1, head 0, row 1"));
  CHECK(says(complaint(with(inf)), "holds NaN or infinite weights in layer 1, head 0, row 1"));
  CHECK(says(complaint(with(-1)),
             "negative weights in layer 1, head 0, row 1; that looks like scores before the softmax"));
}

TEST_CASE("more weights than fit into memory are refused before they are read") {
  const test::TempDir dir;
  const std::string header = test::npy_bytes(test::npy_dictionary("<f2", "(100, 100, 100, 100000)"), "");
  test::write_bytes(dir / "large.npy", header);
  std::filesystem::resize_file(dir / "large.npy", header.size() + 2ULL * 100 * 100 * 100 * 100000);
  const ArrayFile file = ArrayFile::open(dir / "large.npy");
  arrays::Indices columns(100000);
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  CHECK_THROWS_AS(AttentionDump(file, "").read({{1}, {2}}, columns), Error);
}

TEST_CASE("what is written is read again") {
  const test::TempDir dir;
  const std::vector<float> weights = counting({2, 3, 2, 4});
  {
    arrays::NpzWriter npz(dir / "out.npz");
    npz.add("attention", {2, 3, 2, 4}, weights);
    npz.add("grid", {2, -7, std::int64_t{1} << 40});
    npz.add("words", {"拿起", "red cup", "👨‍👩‍👧", "é", ""});
    npz.finish();
  }
  const ArrayFile file = ArrayFile::open(dir / "out.npz");
  CHECK(file.arrays().size() == 3);
  CHECK(file.find("attention")->shape == std::vector<std::size_t>{2, 3, 2, 4});
  CHECK(AttentionDump(file, "").read({{0}, {1}}, {0, 1, 2, 3}).maps.weights == weights);
  CHECK(file.read_whole_numbers(*file.find("grid")) == std::vector<std::int64_t>{2, -7, std::int64_t{1} << 40});
  CHECK(file.read_texts(*file.find("words")) ==
        std::vector<std::string>{"拿起", "red cup", "👨‍👩‍👧", "é", ""});
}

TEST_CASE("a full disk, and no folder, are output errors") {
  CHECK_THROWS_AS(arrays::NpzWriter("/nowhere/out.npz"), Error);
  const std::vector<float> weights(1 << 20);
  const auto fill = [&] {
    arrays::NpzWriter npz("/dev/full");
    npz.add("attention", {1 << 20}, weights);
    npz.finish();
  };
  CHECK_THROWS_AS(fill(), Error);
}
