// ATTNVIZ_ISA, as a user sets it.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "attention/kernels/isa.hpp"
#include "support/process.hpp"
#include "support/scenes.hpp"

using namespace attnviz::test;

namespace {

Outcome run_job(const TempDir& dir, const std::string& isa) {
  return attnviz_run({write_scene(dir), "red cup", "--out", dir / "out", "--force"}, {".", {{"ATTNVIZ_ISA", isa}}, ""});
}

}  // namespace

TEST_CASE("a name that is no instruction set of this machine is wrong usage") {
  for (const std::string wrong : {"FOO", "AVX", "two\nlines"}) {
    const TempDir dir;
    const Outcome outcome = run_job(dir, wrong);
    CAPTURE(outcome.err);
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.err.starts_with("attnviz: error: ATTNVIZ_ISA: '"));
    CHECK(outcome.err.find("is not an instruction set of this machine; it has ") != std::string::npos);
    CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
    CHECK(outcome.out.empty());
    CHECK_FALSE(std::filesystem::exists(dir / "out"));
  }
}

TEST_CASE("the job runs on every instruction set of this machine") {
  for (const std::string& isa : attnviz::attention::available_isas()) {
    const TempDir dir;
    const Outcome outcome = run_job(dir, isa);
    CAPTURE(isa);
    CAPTURE(outcome.err);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out.find("'red'") != std::string::npos);
  }
}
