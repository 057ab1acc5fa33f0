// The quick run of the suite: reads every input of the committed corpora once, then broken ones made from them.
//   fuzz_readers SECONDS [SEED]    a finding ends the program
//   fuzz_readers seeds DIR         writes the seeds of each reader to DIR/NAME, for libFuzzer (./dev fuzz)
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "attnviz/core/error.hpp"
#include "fuzz/mutator.hpp"
#include "fuzz/readers.hpp"

namespace {

using namespace attnviz;
using test::Reader;
namespace fs = std::filesystem;

constexpr double kSlowSeconds = 20;
const fs::path kCorpora = fs::path(ATTNVIZ_TEST_DATA) / "fuzz" / "corpus";

// What a reader says to an input that it must not say; empty: all is well.
std::string finding(const Reader& reader, const std::string& input) {
  const auto begin = std::chrono::steady_clock::now();
  try {
    test::read_input(reader, input);
  } catch (const Error&) {
    // The right answer.
  } catch (const std::exception& error) {
    return error.what();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return took.count() > kSlowSeconds ? "took " + std::to_string(took.count()) + " s" : "";
}

// Seeds and corpus. False: an input of the corpus is a finding.
bool read_corpus(const Reader& reader, std::vector<std::string>& inputs) {
  inputs = test::seeds_of(reader);
  for (const auto& file : fs::directory_iterator(kCorpora / reader.name)) {
    inputs.push_back(test::read_bytes(file.path().string()));
    const std::string found = finding(reader, inputs.back());
    if (found.empty()) continue;
    std::printf("%s: %s\n", file.path().c_str(), found.c_str());
    return false;
  }
  return true;
}

// The letter of the form stays: random bytes are rarely another form's.
bool survives_broken(const Reader& reader, const std::string& sound, test::Mutator& mutator) {
  const std::string input = sound.substr(0, 1) + mutator.mutate(sound.substr(1));
  const std::string found = finding(reader, input);
  if (found.empty()) return true;
  test::write_bytes("fuzz-finding.bin", input);
  std::printf("%s: %s (input in fuzz-finding.bin)\n", reader.name.c_str(), found.c_str());
  return false;
}

int run(const std::vector<Reader>& readers, double seconds, std::uint32_t seed) {
  std::vector<std::vector<std::string>> inputs(readers.size());
  std::vector<std::size_t> counts(readers.size());
  for (std::size_t i = 0; i < readers.size(); ++i) {
    if (!read_corpus(readers[i], inputs[i])) return 1;
  }
  test::Mutator mutator(seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  for (std::size_t turn = 0; std::chrono::steady_clock::now() < end; ++turn) {
    const std::size_t i = turn % readers.size();
    if (!survives_broken(readers[i], inputs[i][mutator.below(inputs[i].size())], mutator)) return 1;
    ++counts[i];
  }
  for (std::size_t i = 0; i < readers.size(); ++i) {
    std::printf("%s: %zu inputs, %zu broken ones\n", readers[i].name.c_str(), inputs[i].size(), counts[i]);
  }
  return 0;
}

int write_seeds(const std::vector<Reader>& readers, const fs::path& folder) {
  for (const Reader& reader : readers) {
    fs::create_directories(folder / reader.name);
    int number = 0;
    for (const std::string& seed : test::seeds_of(reader)) {
      test::write_bytes((folder / reader.name / ("seed-" + std::to_string(number++))).string(), seed);
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::puts("usage: fuzz_readers SECONDS [SEED]\n       fuzz_readers seeds DIR");
    return 2;
  }
  const test::TempDir dir;
  const std::vector<Reader> readers = test::all_readers(dir);
  if (std::string(argv[1]) == "seeds" && argc > 2) return write_seeds(readers, argv[2]);
  return run(readers, std::atof(argv[1]), static_cast<std::uint32_t>(argc > 2 ? std::atol(argv[2]) : 1));
}
