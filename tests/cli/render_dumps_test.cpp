// attnviz render on dumps as exporters write them, with their words, and on those that are broken or hostile.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/array_files.hpp"
#include "support/files.hpp"
#include "support/render_job.hpp"

using namespace attnviz::test;
using Json = nlohmann::ordered_json;

namespace {

// NumPy's <U of words without anything but ASCII.
std::string texts(const std::vector<std::string>& words) {
  std::size_t longest = 1;
  for (const std::string& word : words) longest = std::max(longest, word.size());
  std::string data;
  for (const std::string& word : words) {
    for (std::size_t i = 0; i < longest; ++i)
      data += little(i < word.size() ? static_cast<unsigned char>(word[i]) : 0, 4);
  }
  return npy_bytes(npy_dictionary("<U" + std::to_string(longest), shape_text({words.size()})), data);
}

// An archive of weights [words, 16], each row looking at the patch of its number, and what is given for their words.
std::string with_words(const std::string& words, std::size_t rows = 2) {
  Dump dump(rows, 16);
  for (std::size_t row = 0; row < rows; ++row) dump.look(row, row % 16);
  return zip_bytes({{"attention.npy", dump.npy()}, {"words.npy", words}});
}

std::string floats_header(const std::string& shape, const std::string& descr = "<f4") {
  return npy_dictionary(descr, shape);
}

std::string safetensors(const std::string& header, std::size_t bytes) {
  return little(header.size(), 8) + header + std::string(bytes, '\0');
}

// Refused as an input, at once, with nothing left behind.
void expect_bad(const std::string& bytes, const std::string& named) {
  const RenderJob job(bytes);
  const auto begin = std::chrono::steady_clock::now();
  expect_refused(job.render({"--words", "red|cup"}), 3, named);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
  CHECK_FALSE(std::filesystem::exists(job.dir / "out"));
}

}  // namespace

TEST_CASE("words that stand beside the weights need not be said again") {
  const RenderJob job(with_words(texts({"red", "cup"})));
  REQUIRE(job.render({}).exit_code == 0);
  CHECK(job.report()["instruction"] == "red cup");
  CHECK(job.report()["words"][1]["text"] == "cup");
  CHECK(job.report()["words"][1]["top"][0]["patch"] == 1);
  // The array named by its key, or one row of it with a word of the user's own.
  REQUIRE(job.render({"--key", "attention"}, "key").exit_code == 0);
  CHECK(job.report("key")["words"] == job.report()["words"]);
  REQUIRE(job.render({"--words", "Tasse", "--words-at", "1"}, "own").exit_code == 0);
  CHECK(job.report("own")["words"].size() == 1);
  CHECK(job.report("own")["words"][0]["top"][0]["patch"] == 1);
}

TEST_CASE("words of a file that do not fit") {
  const auto render = [](const std::string& bytes, const std::vector<std::string>& options = {}) {
    return RenderJob(bytes).render(options);
  };
  expect_refused(render(Dump(1, 16).npy()), 2, "--words: is missing, and ");
  expect_refused(render(with_words(texts({"red"}))), 2, "--words: 1 word, the array has 2 rows; ");
  expect_refused(render(with_words(texts({"red", "cup"})), {"--words-at", "1"}), 2,
                 "--words-at: 2 words, 1 parts of 1 rows are given");
  expect_refused(render(with_words(texts({"red", ""}))), 3, "dump.npy:words: has no text for word 2; ");
  expect_refused(render(with_words(texts({}), 1)), 3, "dump.npy:words: names no word");
  expect_refused(render(with_words(texts(std::vector<std::string>(65, "a")), 65)), 3, "names 65 words, more than 64");
  const std::string numbers = npy_bytes(floats_header("(2,)", "<i8"), std::string(16, '\1'));
  expect_refused(render(with_words(numbers)), 3, "dump.npy:words: is not of texts");
  const std::string objects = npy_bytes(floats_header("(2,)", "|O"), "a pickle");
  expect_refused(render(with_words(objects)), 3, "dump.npy:words: is not of texts");
  const std::string surrogates = npy_bytes(floats_header("(2,)", "<U1"), little(0xD800, 4) + little('a', 4));
  expect_refused(render(with_words(surrogates)), 3, "dump.npy:words: is not of texts");
}

TEST_CASE("pickles are refused with what to do instead") {
  const std::string data = std::string(ATTNVIZ_TEST_DATA) + "/reference/data/";
  for (const auto& [file, named] : {std::pair{"arrays_object.npy", "holds Python objects (a pickle)"},
                                    {"arrays_torch.pt", "is a PyTorch file (a pickle), which is not read"},
                                    {"arrays_legacy.pt", "is a pickle, which is not read: it could run any program"}}) {
    const RenderJob job(read_bytes(data + file));
    const Outcome outcome = job.render({"--words", "red|cup"});
    expect_refused(outcome, 3, named);
    CHECK(outcome.err.find("np.save(") != std::string::npos);
  }
  expect_bad(read_bytes(data + "arrays_big.npy"), "a.astype('<f4')");
  expect_bad(read_bytes(data + "arrays_fortran.npy"), "np.ascontiguousarray(a)");
  expect_bad(read_bytes(data + "arrays_i32.npy"), "whole numbers");
}

TEST_CASE("hostile archives and headers") {
  const std::string whole = npy_of({2, 4}, {1, 0, 0, 0, 0, 1, 0, 0});
  std::string zeros = npy_bytes(floats_header("(30000, 1000)"), "");
  zeros.resize(zeros.size() + 120'000'000);
  expect_bad(zip_bytes({{"a.npy", zeros, 0, 8}}), "a zip bomb, or hardly anything but zeros");
  expect_bad(zip_bytes({{"a.npy", whole}, {"b.npy", whole, 0, 0, 0, 0, 0}}), "");  // two names for the same bytes
  expect_bad(zip_bytes({{"a.npy", whole, 0, 0, 0, 0, 4'000'000'000U}}), "");
  expect_bad(zip_bytes({{"a.npy", whole, 0, 0, 1}}), "checksum is wrong");
  expect_bad(zip_bytes({{"a.npy", whole, 1}}), "is encrypted");
  expect_bad(zip_bytes({{"a.npy", whole}}).substr(0, 150), "");
  expect_bad(npy_bytes(floats_header("(2, 4611686018427387904)"), std::string(8, 'a')), "absurd shape");
  expect_bad(npy_bytes(floats_header("(2, 1000000)"), std::string(8, 'a')), "it is truncated, or damaged");
  expect_bad(npy_bytes(floats_header("(-2, 4)"), std::string(32, 'a')), "broken .npy header");

  const std::string f32 = R"({"dtype":"F32","shape":[2,4],"data_offsets":)";
  expect_bad(safetensors("{\"a\":" + f32 + "[-32,0]}}", 32), "is not a whole number");
  expect_bad(safetensors("{\"a\":" + f32 + "[32,0]}}", 32), "lies outside the file");
  expect_bad(safetensors("{\"a\":" + f32 + "[16,48]}}", 32), "lies outside the file");
  expect_bad(safetensors("{\"a\":" + f32 + "[0,32]},\"b\":" + f32 + "[16,48]}}", 48), "tensors 'a' and 'b' overlap");
  expect_bad(safetensors("{\"a\":" + f32 + "[0,18446744073709551615]}}", 32), "lies outside the file");
  expect_bad(little(1ULL << 40, 8) + "{}", "");
}

TEST_CASE("NaN is said of rows that are asked for, and of no others") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const RenderJob job(npy_of({1, 1, 3, 4}, {1, 0, 0, 0, nan, nan, nan, nan, 0, 1, 0, 0}));
  expect_refused(job.render({"--words", "a|b|c"}), 3, "layer 0, head 0, row 1; rows that are masked as a whole");
  REQUIRE(job.render({"--words", "a|c", "--words-at", "0,2"}).exit_code == 0);
  CHECK(job.report()["words"][1]["top"][0]["patch"] == 1);
}
