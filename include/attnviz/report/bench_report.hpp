// The outcome of `attnviz bench`: schema "attnviz.bench/1" and the table.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "attnviz/report/terminal.hpp"

namespace attnviz::report {

// One way through one attention layer.
struct BenchTiming {
  double ms = 0;      // the best of several runs
  double gflops = 0;  // of the operations that this way really takes
};

struct BenchCase {
  std::size_t num_words = 0, num_patches = 0, model_dim = 0, num_heads = 0;
  BenchTiming plain, folded;
  bool folded_is_chosen = false;  // which of the two the program takes by itself
};

struct BenchSummary {
  std::string machine;  // the processor's name
  std::string isa;      // the instruction set in use
  std::size_t threads = 1;
  double peak_gflops = 0;  // multiply-adds alone, all threads
  std::vector<BenchCase> cases;
};

// One entry a case and path. Numbers that are not finite are a mistake of the program: std::logic_error.
std::string to_json(const BenchSummary& summary);
// One line a case.
std::string to_text(const BenchSummary& summary, Language language);

}  // namespace attnviz::report
