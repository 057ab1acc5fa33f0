// ATTNVIZ_ISA: every other attention test passes on each instruction set of this machine, and really ran on it.
#include <doctest/doctest.h>

#include <cctype>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "attention/kernels/isa.hpp"
#include "attnviz/attention/isa.hpp"
#include "attnviz/attention/matmul.hpp"
#include "attnviz/core/error.hpp"
#include "support/process.hpp"

using namespace attnviz;
using namespace attnviz::attention;

namespace {

namespace fs = std::filesystem;

fs::path self() { return fs::read_symlink("/proc/self/exe"); }

// The programs that lie beside this one and say where they run (support/isa_line.hpp).
std::vector<std::string> attention_tests() {
  std::vector<std::string> programs;
  for (const std::string kind : {"unit", "reference"}) {
    for (const auto& entry : fs::directory_iterator(fs::path(ATTNVIZ_TEST_DATA) / kind)) {
      if (!entry.is_regular_file()) continue;
      const std::string stem = entry.path().stem().string();
      const bool says_where =
          test::read_bytes(entry.path().string()).find("support/isa_line.hpp\"\n") != std::string::npos;
      if (says_where) programs.push_back((self().parent_path() / (kind + "_" + stem)).string());
    }
  }
  return programs;
}

test::Outcome run_with(const std::string& isa, std::vector<std::string> command) {
  return test::run(std::move(command), {".", {{"ATTNVIZ_ISA", isa}}, ""});
}

// Runs the last test case of this file alone.
test::Outcome ask(const std::string& isa) { return run_with(isa, {self().string(), "--test-case=where it runs"}); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every attention test passes on every instruction set of this machine, forced from outside") {
  const std::vector<std::string> programs = attention_tests();
  REQUIRE(programs.size() >= 10);
  for (const std::string& isa : available_isas()) {
    for (const std::string& program : programs) {
      const test::Outcome outcome = run_with(isa, {program});
      CAPTURE(isa);
      CAPTURE(program);
      CAPTURE(outcome.out);
      CHECK(outcome.exit_code == 0);
      CHECK(contains(outcome.out, "isa in use: " + isa + "\n"));
    }
  }
}

TEST_CASE("the best one runs unless another is asked for; letters may be small") {
  REQUIRE_FALSE(available_isas().empty());
  CHECK(contains(ask("").out, "isa in use: " + available_isas().front() + "\n"));
  for (const std::string& isa : available_isas()) {
    std::string small = isa;
    for (char& letter : small) letter = static_cast<char>(std::tolower(letter));
    CHECK(contains(ask(small).out, "isa in use: " + isa + "\n"));
  }
}

TEST_CASE("a name that is none of this machine's is wrong usage, for every kernel") {
  std::string names;
  for (const std::string& isa : available_isas()) names += (names.empty() ? "" : ", ") + isa;
  const std::string message = "2 ATTNVIZ_ISA: 'FOO' is not an instruction set of this machine; it has " + names + "\n";
  CHECK(contains(ask("FOO").out, message + message));
}

// Alone in its process: the product is the first kernel that runs, so it is the one that must ask the environment.
TEST_CASE("where it runs") {
  const Matrix x(2, 3), w(4, 3);
  Matrix y(2, 4);
  const auto multiply = [&] { matmul_transposed(x, w.view(), y); };
  const auto say = [] { std::printf("isa in use: %s\n", isa_in_use().c_str()); };
  for (const std::function<void()>& kernel : {std::function<void()>(multiply), std::function<void()>(say)}) {
    try {
      kernel();
    } catch (const Error& error) {
      std::printf("%d %s\n", static_cast<int>(error.code()), error.what());
    }
  }
}
