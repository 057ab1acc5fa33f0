// Files of arrays: those that NumPy, ml_dtypes, safetensors and PyTorch really wrote (tests/reference/
// make_array_fixtures.py), and made ones that are broken or hostile.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <string>

#include "attnviz/arrays/array_file.hpp"
#include "attnviz/core/error.hpp"
#include "support/array_files.hpp"
#include "support/temp_dir.hpp"

using namespace attnviz;
using arrays::ArrayFile;

namespace {

std::string fixture(const std::string& name) { return std::string(ATTNVIZ_TEST_DATA) + "/reference/data/" + name; }

std::vector<float> read(const ArrayFile& file, const std::string& name, const arrays::Slice& slice) {
  std::vector<float> all;
  const arrays::ArrayInfo* info = file.find(name);
  REQUIRE(info != nullptr);
  REQUIRE(info->problem.empty());
  std::size_t visited = 0;
  file.read_rows(*info, slice, [&](std::size_t row, std::span<const float> values, bool finite) {
    CHECK(row == slice.rows[visited++]);
    CHECK(finite);
    all.insert(all.end(), values.begin(), values.end());
  });
  return all;
}

// The fixtures' [2, 3, 4]: value i / 32 at place i.
void check_values(const ArrayFile& file, const std::string& name) {
  CAPTURE(file.path());
  CAPTURE(name);
  CHECK(file.find(name)->shape == std::vector<std::size_t>{2, 3, 4});
  const std::vector<float> whole = read(file, name, {{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3}});
  REQUIRE(whole.size() == 24);
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(whole[i] == static_cast<float>(i) / 32);
  CHECK(read(file, name, {{1, 4}, {3, 0, 3}}) ==
        std::vector<float>{7.F / 32, 4.F / 32, 7.F / 32, 19.F / 32, 16.F / 32, 19.F / 32});
}

// What opening a file of these bytes says.
std::string complaint(const std::string& bytes) {
  const test::TempDir dir;
  test::write_bytes(dir / "dump", bytes);
  try {
    const ArrayFile file = ArrayFile::open(dir / "dump");
    for (const arrays::ArrayInfo& info : file.arrays()) {
      if (!info.problem.empty()) return info.problem + "; " + info.hint;
    }
    for (const arrays::ArrayInfo& info : file.arrays()) read(file, info.name, {{0}, {0}});
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::input);
    const std::string text = error.what();
    CHECK(text.starts_with(dir / "dump"));
    CHECK(text.find('\n') == std::string::npos);
    return text;
  }
  return "";
}

bool says(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE(text);
  return found;
}

const std::string kWhole = test::npy_of({2, 2}, {1, 2, 3, 4});

std::string npy(const std::string& descr, const std::string& shape, std::size_t bytes, bool fortran = false) {
  return test::npy_bytes(test::npy_dictionary(descr, shape, fortran), std::string(bytes, '\0'));
}

}  // namespace

TEST_CASE("every kind of file that is read") {
  for (const char* name :
       {"arrays_v1.npy", "arrays_v2.npy", "arrays_v3.npy", "arrays_f16.npy", "arrays_f64.npy", "arrays_bf16.npy"}) {
    check_values(ArrayFile::open(fixture(name)), "");
  }
  for (const char* name : {"arrays_stored.npz", "arrays_deflated.npz"}) {
    const ArrayFile file = ArrayFile::open(fixture(name));
    check_values(file, "attention");
    check_values(file, "half");
    CHECK(file.read_texts(*file.find("words")) == std::vector<std::string>{"拿起", "red", ""});
    CHECK(file.read_whole_numbers(*file.find("grid")) == std::vector<std::int64_t>{2, 2});
    CHECK(file.read_whole_numbers(*file.find("small")) == std::vector<std::int64_t>{-1, 7});
    CHECK_THROWS_AS(file.read_texts(*file.find("grid")), Error);
    CHECK_THROWS_AS(file.read_whole_numbers(*file.find("words")), Error);
    CHECK(file.find("nothing") == nullptr);
  }
  const ArrayFile file = ArrayFile::open(fixture("arrays.safetensors"));
  for (const char* name : {"a", "b", "c", "d"}) check_values(file, name);
  CHECK(says(file.find("whole")->problem, "I64"));
}

TEST_CASE("what cannot be read says how to save it") {
  const auto problem = [](const std::string& name) {
    const ArrayFile file = ArrayFile::open(fixture(name));
    return file.arrays().front().problem + "; " + file.arrays().front().hint;
  };
  CHECK(
      says(problem("arrays_fortran.npy"), "Fortran order; save it in C order: np.save(path, np.ascontiguousarray(a))"));
  CHECK(
      says(problem("arrays_big.npy"), "big-endian (dtype '>f4'); save it as float32: np.save(path, a.astype('<f4'))"));
  CHECK(says(problem("arrays_i32.npy"), "whole numbers"));
  CHECK(says(problem("arrays_object.npy"), "Python objects (a pickle)"));
  CHECK(says(complaint(npy("<c8", "(2, 2)", 32)), "complex numbers"));
  CHECK(says(complaint(npy("|V2", "(2, 2)", 8)), "untyped dtype"));
  CHECK(says(complaint(npy("<f16", "(2, 2)", 64)), "dtype '<f16'"));
  CHECK(says(complaint(test::read_bytes(fixture("arrays_torch.pt"))),
             "PyTorch file (a pickle), which is not read; load it in Python"));
  CHECK(says(complaint(test::read_bytes(fixture("arrays_legacy.pt"))), "is a pickle, which is not read"));
  CHECK(says(complaint("hello"), "is no .npy, .npz or .safetensors file"));
}

TEST_CASE("broken .npy files") {
  CHECK(complaint(kWhole).empty());
  for (std::size_t size = 1; size < kWhole.size(); ++size) CHECK(complaint(kWhole.substr(0, size)) != "");
  CHECK(says(complaint(kWhole + "1"), "holds 17 bytes of numbers where its shape [2, 2] needs 16"));
  CHECK(says(complaint(npy("<f4", "(2, 4611686018427387904)", 8)), "absurd shape"));
  CHECK(says(complaint(npy("<f4", "(99999999999999999999999,)", 8)), "absurd shape"));
  CHECK(says(complaint(npy("<f4", "(-1, 2)", 8)), "broken .npy header"));
  std::string later = kWhole;
  later[6] = 4;
  CHECK(says(complaint(later), "format 4.0"));
  for (const char* header : {"", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)",
                             "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 2)}",
                             "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)} and more",
                             "{'descr': '<f4, 'fortran_order': False, 'shape': (2, 2)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (2 2)}",
                             "{'descr': '<f4', 'fortran_order': False, 'colour': 'red', 'shape': (2, 2)}"}) {
    CAPTURE(header);
    CHECK(says(complaint(test::npy_bytes(header, std::string(16, '\0'))), "broken .npy header"));
  }
  const std::string fields = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,)}";
  CHECK(says(complaint(test::npy_bytes(fields, std::string(16, '\0'))), "structured array"));
}

TEST_CASE("broken and hostile archives") {
  using test::zip_bytes;
  const std::string whole = zip_bytes({{"a.npy", kWhole}, {"b.npy", kWhole, 0, 8}});
  CHECK(complaint(whole).empty());
  for (std::size_t size = 4; size < whole.size(); size += 3) {
    CAPTURE(size);
    CHECK(complaint(whole.substr(0, size)) != "");
  }
  CHECK(says(complaint(zip_bytes({{"a.npy", kWhole, 1}})), "a.npy: is encrypted; save it without a password"));
  CHECK(says(complaint(zip_bytes({{"a.npy", kWhole, 0, 12}})), "packed in a way that is not read"));
  CHECK(says(complaint(zip_bytes({{"a.npy", kWhole, 0, 0, 1}})), "checksum is wrong"));
  CHECK(says(complaint(zip_bytes({{"a.npy", kWhole, 0, 8, 1}})), "checksum is wrong"));
  CHECK(complaint(zip_bytes({{"a.npy", kWhole, 0, 0, 0, 1}})) != "");
  CHECK(complaint(zip_bytes({{"a.npy", kWhole, 0, 8, 0, -4}})) != "");
  CHECK(complaint(zip_bytes({{"a.npy", kWhole, 0, 8, 0, 4}})) != "");
  CHECK(says(complaint(zip_bytes({{"a.npy", kWhole}, {"a.npy", kWhole}})), "two members of the name 'a.npy'"));
  CHECK(says(complaint(zip_bytes({{"a\n.npy", kWhole}})), "odd name"));
  CHECK(says(complaint(zip_bytes({{"", kWhole}})), "odd name"));
  CHECK(says(complaint(zip_bytes({{std::string(300, 'a') + ".npy", kWhole}})), "odd name"));
  CHECK(complaint(zip_bytes({{"a.npy", kWhole, 0, 0, 0, 0, 4'000'000'000U}})) != "");
  // Two names for one member: minizip wants the same name at both ends, so it is one of the same length.
  CHECK(complaint(zip_bytes({{"a.npy", kWhole}, {"b.npy", kWhole, 0, 0, 0, 0, 0}})) != "");
  CHECK(complaint(zip_bytes({{"notes.txt", "hello"}})).empty());

  const std::string zeros = npy("<f4", "(30000, 1000)", 120'000'000);
  CHECK(says(complaint(zip_bytes({{"a.npy", zeros, 0, 8}})),
             "a zip bomb, or hardly anything but zeros; save it unpacked with np.savez"));
}

TEST_CASE("broken .safetensors files end as input errors") {
  const auto file = [](const std::string& header, const std::string& data) {
    return test::little(header.size(), 8) + header + data;
  };
  const std::string eight(8, '\0');
  CHECK(complaint(file(R"({"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})", eight)).empty());
  CHECK(says(complaint(file(R"({"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})", "")), "outside the file"));
  CHECK(complaint(file(R"({"a":{"dtype":"F32","shape":[1,2],"data_offsets":[-8,0]}})", eight)) != "");
  CHECK(says(complaint(file(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,8]}})", eight)),
             "absurd"));
  CHECK(says(
      complaint(file(
          R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
          eight)),
      "overlap"));
}

TEST_CASE("numbers that are none are reported row by row") {
  const test::TempDir dir;
  test::write_bytes(dir / "a.npy", test::npy_of({3, 2}, {1, 2, std::numeric_limits<float>::quiet_NaN(), 4, 5, 6}));
  const ArrayFile file = ArrayFile::open(dir / "a.npy");
  std::vector<bool> finite;
  const auto note = [&](std::size_t, std::span<const float>, bool is_finite) { finite.push_back(is_finite); };
  file.read_rows(file.arrays().front(), {{0, 1, 2}, {0, 1}}, note);
  file.read_rows(file.arrays().front(), {{1}, {1}}, note);  // the part that is not wanted does not count
  CHECK(finite == std::vector<bool>{true, false, true, true});
  CHECK_THROWS_AS(file.read_rows(file.arrays().front(), {{3}, {0}}, note), std::logic_error);
  CHECK_THROWS_AS(file.read_rows(file.arrays().front(), {{0}, {2}}, note), std::logic_error);
}

TEST_CASE("missing files, folders, empty files") {
  const test::TempDir dir;
  CHECK_THROWS_AS(ArrayFile::open(dir / "none.npy"), Error);
  CHECK_THROWS_AS(ArrayFile::open(dir.path().string()), Error);
  CHECK(says(complaint(""), "empty"));
}

TEST_CASE("a dump of 20 GB opens in a few MB") {
  // Sparse: 32 layers of 16 heads, 3200 x 3200 float32, of which a few rows are wanted.
  const test::TempDir dir;
  const std::string header = test::npy_bytes(test::npy_dictionary("<f4", "(32, 16, 3200, 3200)"), "");
  const std::uint64_t size = header.size() + 4ULL * 32 * 16 * 3200 * 3200;
  test::write_bytes(dir / "large.npy", header);
  if (::truncate((dir / "large.npy").c_str(), static_cast<off_t>(size)) != 0) return;  // a disk without sparse files
  struct rusage before {
  }, after{};
  ::getrusage(RUSAGE_SELF, &before);
  const ArrayFile file = ArrayFile::open(dir / "large.npy");
  arrays::Slice slice;
  for (std::size_t matrix = 0; matrix < 32 * 16; ++matrix) slice.rows.push_back(matrix * 3200 + 3000);
  for (std::size_t column = 35; column < 35 + 576; ++column) slice.columns.push_back(column);
  std::size_t rows = 0;
  file.read_rows(file.arrays().front(), slice, [&](std::size_t, std::span<const float>, bool) { ++rows; });
  ::getrusage(RUSAGE_SELF, &after);
  CHECK(rows == 512);
  CHECK(after.ru_maxrss - before.ru_maxrss < 4096);  // kB
}
