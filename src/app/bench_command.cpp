#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "app/terminal_io.hpp"
#include "attnviz/app/commands.hpp"
#include "attnviz/attention/cost.hpp"
#include "attnviz/attention/cross_attention.hpp"
#include "attnviz/attention/isa.hpp"
#include "attnviz/attention/peak.hpp"
#include "attnviz/core/parallel.hpp"
#include "attnviz/core/timing.hpp"
#include "attnviz/report/bench_report.hpp"

namespace attnviz::app {
namespace {

using attention::AttentionPath;
using attention::CrossModalAttention;

struct Width {
  std::size_t model_dim, num_heads;
};

struct Plan {
  std::vector<std::size_t> num_words, num_patches;
  std::vector<Width> widths;
  double ms_per_case;
  int min_runs;
};

Plan plan(bool quick) {
  if (quick) return {{1, 16}, {196}, {{256, 8}}, 20, 5};
  return {{1, 4, 8, 16, 64, 256}, {196, 576, 1024, 4096}, {{256, 8}, {768, 12}, {1024, 16}}, 60, 3};
}

// As the system names the processor.
std::string machine_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown processor";
}

// Uniform in [-range, range): the speed of a product does not depend on its numbers, as long as they stay ordinary.
void fill(float* values, std::size_t count, float range, std::uint32_t seed) {
  for (std::size_t i = 0; i < count; ++i) {
    seed = seed * 1664525U + 1013904223U;  // Numerical Recipes' "quick and dirty" generator
    values[i] = range * (static_cast<float>(seed >> 8U) * 0x1p-23f - 1.0f);
  }
}

Matrix random_tokens(std::size_t count, std::size_t dim) {
  Matrix tokens(count, dim);
  fill(tokens.data(), count * dim, 1.0f, 1);
  return tokens;
}

attention::Linear random_linear(std::size_t dim, std::uint32_t seed) {
  Matrix weight(dim, dim);
  std::vector<float> bias(dim);
  fill(weight.data(), dim * dim, std::sqrt(3.0f / static_cast<float>(dim)), seed);
  fill(bias.data(), dim, 0.1f, seed + 1);
  return attention::Linear({weight, bias});
}

CrossModalAttention random_layer(const Width& width) {
  const auto linear = [&](std::uint32_t seed) { return random_linear(width.model_dim, seed); };
  return {{linear(10), linear(20), linear(30), linear(40)}, width.num_heads, "bench"};
}

attention::AttentionShape shape_of(const CrossModalAttention& layer, std::size_t num_words, std::size_t num_patches) {
  const std::size_t dim = layer.model_dim();
  return {num_words, num_patches, layer.num_heads(), dim, dim, dim, dim};
}

class Bench {
public:
  explicit Bench(Plan plan) : plan_(std::move(plan)) {}

  std::size_t num_cases() const { return plan_.num_words.size() * plan_.num_patches.size() * plan_.widths.size(); }

  // `progress` is called with the number of cases done, after each.
  template <typename Progress>
  std::vector<report::BenchCase> run(const Progress& progress) const {
    std::vector<report::BenchCase> cases;
    for (const Width& width : plan_.widths) {
      const CrossModalAttention layer = random_layer(width);
      const Matrix words = random_tokens(plan_.num_words.back(), width.model_dim);
      const Matrix patches = random_tokens(plan_.num_patches.back(), width.model_dim);
      for (const std::size_t num_patches : plan_.num_patches) {
        for (const std::size_t num_words : plan_.num_words) {
          cases.push_back(time_case(layer, first_rows(words, num_words), first_rows(patches, num_patches)));
          progress(cases.size());
        }
      }
    }
    return cases;
  }

private:
  static ConstMatrixView first_rows(const Matrix& matrix, std::size_t count) {
    return {matrix.data(), count, matrix.cols()};
  }

  report::BenchCase time_case(const CrossModalAttention& layer, ConstMatrixView words, ConstMatrixView patches) const {
    const attention::AttentionShape shape = shape_of(layer, words.rows(), patches.rows());
    const auto time = [&](AttentionPath path) {
      return time_path(layer, words, patches, path, 2 * attention::multiply_adds(shape, path));
    };
    report::BenchCase result{words.rows(), patches.rows(), layer.model_dim(), layer.num_heads(), {}, {}, false};
    result.plain = time(AttentionPath::plain);
    result.folded = time(AttentionPath::folded);
    result.folded_is_chosen = attention::cheapest_path(shape) == AttentionPath::folded;
    return result;
  }

  // The best of the runs that fit the time.
  report::BenchTiming time_path(const CrossModalAttention& layer, ConstMatrixView words, ConstMatrixView patches,
                                AttentionPath path, double operations) const {
    attention::AttentionOptions options;
    options.keep.head_mean = true;
    options.path = path;
    double best_ms = std::numeric_limits<double>::max();
    const Stopwatch all;
    for (int run = 0; run < plan_.min_runs || all.elapsed_ms() < plan_.ms_per_case; ++run) {
      const Stopwatch watch;
      layer.forward(words, patches, options);
      best_ms = std::min(best_ms, watch.elapsed_ms());
    }
    return {best_ms, operations / best_ms * 1e-6};
  }

  Plan plan_;
};

}  // namespace

void run_bench(const BenchOptions& options) {
  report::BenchSummary summary;
  summary.machine = machine_name();
  summary.isa = attention::isa_in_use();
  summary.threads = num_threads();
  summary.peak_gflops = attention::fma_peak_gflops();
  const Bench bench(plan(options.quick));
  const bool on_terminal = !options.common.quiet && ::isatty(STDERR_FILENO) == 1;
  summary.cases = bench.run([&](std::size_t done) {
    if (on_terminal) notice("\r" + std::to_string(done) + "/" + std::to_string(bench.num_cases()));
  });
  if (on_terminal) notice("\n");
  // Before and after: at a moment when the machine is busy with something else the peak, too, is low.
  summary.peak_gflops = std::max(summary.peak_gflops, attention::fma_peak_gflops());
  print(options.json ? report::to_json(summary) : report::to_text(summary, options.common.language));
}

}  // namespace attnviz::app
